// Sums of vectors: residuals, biases, and the reduction of gradients.
#include "CKernels.h"
#include "kernel_clones.h"

KERNEL void add_into(float *restrict y, const float *restrict x, long count) {
  for (long i = 0; i < count; i++) y[i] += x[i];
}

KERNEL void add_bias(
    float *restrict y, long stride, const float *restrict bias, long rows, long width) {
  for (long t = 0; t < rows; t++)
    for (long i = 0; i < width; i++) y[t * stride + i] += bias[i];
}

KERNEL void add_bias_gradient(
    const float *restrict y, long stride, float *restrict d_bias, long rows, long width) {
  for (long t = 0; t < rows; t++)
    for (long i = 0; i < width; i++) d_bias[i] += y[t * stride + i];
}
