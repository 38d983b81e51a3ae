// The distribution softmax(logits / T) over the vocabulary: log p, its entropy, and the gradient of both.
#include "CKernels.h"
#include "kernel_clones.h"

KERNEL float log_sum_exp(const float *restrict logits, long count, float inverse_temperature) {
  REASSOCIATE
  float largest = logits[0];
  for (long j = 1; j < count; j++) largest = logits[j] > largest ? logits[j] : largest;
  largest *= inverse_temperature;
  float sum = 0;
  for (long j = 0; j < count; j++) sum += fast_exp(logits[j] * inverse_temperature - largest);
  return largest + __builtin_logf(sum);
}

KERNEL float distribution_entropy(
    const float *restrict logits, long count, float inverse_temperature, float log_sum) {
  REASSOCIATE
  float entropy = 0;
  for (long j = 0; j < count; j++) {
    float log_p = logits[j] * inverse_temperature - log_sum;
    entropy -= fast_exp(log_p) * log_p;
  }
  return entropy;
}

KERNEL void log_probability_gradient(
    float *restrict logits, long count, float inverse_temperature, float log_sum, long target,
    float d_log_probability, float d_entropy, float entropy) {
  // ∂ log p[target] / ∂ z[j] = 1[j = target] − p[j];  ∂ entropy / ∂ z[j] = −p[j] · (log p[j] + entropy)
  for (long j = 0; j < count; j++) {
    float log_p = logits[j] * inverse_temperature - log_sum;
    float p = fast_exp(log_p);
    logits[j] = -p * (d_log_probability + d_entropy * (log_p + entropy)) * inverse_temperature;
  }
  logits[target] += d_log_probability * inverse_temperature;
}

KERNEL void softmax(
    const float *restrict logits, float *restrict out, long count, float inverse_temperature,
    float log_sum) {
  for (long j = 0; j < count; j++) out[j] = fast_exp(logits[j] * inverse_temperature - log_sum);
}
