// The distribution softmax(logits / T) over the vocabulary: log p, its entropy, and the gradient of both. A row's logits may
// come in parts.
#include "CKernels.h"
#include "kernel_clones.h"
#include "softmax_row.h"

KERNEL void partial_sums(
    const float *restrict logits, long count, float inverse_temperature, float *restrict sums) {
  REASSOCIATE_ROUNDED
  const float largest = largest_of(logits, count) * inverse_temperature;
  float sum = 0, weighted = 0;
  for (long j = 0; j < count; j++) {
    float distance = logits[j] * inverse_temperature - largest;
    float e = fast_exp(distance);
    sum += e;
    weighted += e * distance;
  }
  sums[0] = largest;
  sums[1] = sum;
  sums[2] = weighted;
}

KERNEL void log_probability_gradient(
    float *restrict logits, long count, float inverse_temperature, float log_sum,
    float d_log_probability, float d_entropy, float entropy) {
  // ∂ log p[target] / ∂ z[j] = 1[j = target] − p[j];  ∂ entropy / ∂ z[j] = −p[j] · (log p[j] + entropy)
  for (long j = 0; j < count; j++) {
    float log_p = logits[j] * inverse_temperature - log_sum;
    float p = fast_exp(log_p);
    logits[j] = -p * (d_log_probability + d_entropy * (log_p + entropy)) * inverse_temperature;
  }
}

KERNEL void softmax(
    const float *restrict logits, float *restrict out, long count, float inverse_temperature,
    float log_sum) {
  for (long j = 0; j < count; j++) out[j] = fast_exp(logits[j] * inverse_temperature - log_sum);
}
