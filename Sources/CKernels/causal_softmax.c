// Softmax over the keys that a query may see, a block of keys at a time: row r of a block sees the first first_count + r columns, at most
// all of them.
#include "CKernels.h"
#include "kernel_clones.h"
#include "softmax_row.h"

static inline __attribute__((always_inline)) long seen_by(long row, long first_count, long columns) {
  return first_count + row < columns ? first_count + row : columns;
}

ORDERED_KERNEL void causal_softmax(
    float *restrict scores, long stride, long rows, long first_count, long columns, float scale,
    float *restrict largest, float *restrict sums, float *restrict out, long out_stride, long width, int is_first) {
  for (long r = 0; r < rows; r++) {
    float *row = scores + r * stride;
    const long count = seen_by(r, first_count, columns);
    softmax_block(row, count, scale, largest + r, sums + r, out + r * out_stride, width, is_first);
    for (long j = count; j < columns; j++) row[j] = 0;
  }
}

KERNEL void causal_softmax_end(
    float *restrict out, long out_stride, long rows, long width, const float *restrict sums, float *restrict largest) {
  for (long r = 0; r < rows; r++) {
    const float inverse = inverse_of_sum(largest[r], sums[r]);
    for (long i = 0; i < width; i++) out[r * out_stride + i] *= inverse;
    largest[r] += __builtin_logf(sums[r]);
  }
}

ORDERED_KERNEL void causal_softmax_again(
    float *restrict scores, long stride, long rows, long first_count, long columns, float scale,
    const float *restrict log_sum) {
  for (long r = 0; r < rows; r++) {
    float *row = scores + r * stride;
    const long count = seen_by(r, first_count, columns);
    exponentials_of(row, count, scale, log_sum[r]);
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
