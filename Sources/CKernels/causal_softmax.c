// Softmax over the keys that a query may see: row r of a block sees the first first_count + r columns.
#include "CKernels.h"
#include "kernel_clones.h"

KERNEL void causal_softmax(
    float *restrict scores, long stride, long rows, long first_count, long columns, float scale,
    float *restrict log_sum, int log_sum_is_known) {
  for (long r = 0; r < rows; r++) {
    REASSOCIATE
    float *row = scores + r * stride;
    long count = first_count + r;
    if (log_sum_is_known) {
      float offset = log_sum[r];
      for (long j = 0; j < count; j++) row[j] = fast_exp(row[j] * scale - offset);
    } else {
      float largest = row[0];
      for (long j = 1; j < count; j++) largest = row[j] > largest ? row[j] : largest;
      largest *= scale;
      float sum = 0;
      for (long j = 0; j < count; j++) {
        float e = fast_exp(row[j] * scale - largest);
        row[j] = e;
        sum += e;
      }
      float inverse = 1.0f / sum;
      for (long j = 0; j < count; j++) row[j] *= inverse;
      log_sum[r] = largest + __builtin_logf(sum);
    }
    for (long j = count; j < columns; j++) row[j] = 0;
  }
}

// forward: p = softmax(scores · scale), out = p · values; Σⱼ pⱼ d_pⱼ = Σ d_out · out.
KERNEL void causal_softmax_gradient(
    const float *restrict p, float *restrict d_p, long stride, const float *restrict d_out,
    const float *restrict out, long out_stride, long rows, long columns, long width, float scale) {
  for (long r = 0; r < rows; r++) {
    REASSOCIATE
    const float *p_row = p + r * stride;
    float *d_row = d_p + r * stride;
    float mean = 0;
    for (long i = 0; i < width; i++) mean += d_out[r * out_stride + i] * out[r * out_stride + i];
    for (long j = 0; j < columns; j++) d_row[j] = p_row[j] * (d_row[j] - mean) * scale;
  }
}
