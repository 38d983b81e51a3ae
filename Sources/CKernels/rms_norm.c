// Root-mean-square layer norm (Zhang and Sennrich, 2019): y[i] = x[i] · w[i] · r, r = 1 / √(mean(x²) + ε).
#include <float.h>

#include "CKernels.h"
#include "kernel_clones.h"

KERNEL void rms_norm(
    const float *x, long x_stride, const float *restrict w, float *y, long y_stride,
    float *restrict inverse_rms, long rows, long width, float epsilon) {
  for (long t = 0; t < rows; t++) {
    REASSOCIATE
    const float *row = x + t * x_stride;
    float *out = y + t * y_stride;
    // pass 1: r
    float squares = 0;
    for (long i = 0; i < width; i++) squares += row[i] * row[i];
    float r = 1.0f / __builtin_sqrtf(squares / (float)width + epsilon);
    // Of squares that have overflowed r would be 0, and a row of huge numbers would come out as zeros.
    if (!(squares <= FLT_MAX)) r = __builtin_nanf("");
    if (inverse_rms) inverse_rms[t] = r;
    // pass 2: y
    for (long i = 0; i < width; i++) out[i] = row[i] * r * w[i];
  }
}

KERNEL void rms_norm_gradient(
    const float *restrict dy, long dy_stride, const float *restrict x, long x_stride,
    const float *restrict w, const float *restrict inverse_rms, float *restrict dx, long dx_stride,
    float *restrict dw, long rows, long width) {
  for (long t = 0; t < rows; t++) {
    REASSOCIATE
    const float *dy_row = dy + t * dy_stride;
    const float *x_row = x + t * x_stride;
    float *dx_row = dx + t * dx_stride;
    float r = inverse_rms[t];
    // pass 2 backwards. forward: y[i] = x[i] · r · w[i]
    float projection = 0;
    for (long i = 0; i < width; i++) {
      dw[i] += dy_row[i] * x_row[i] * r;
      projection += dy_row[i] * w[i] * x_row[i];
    }
    // pass 1 backwards. forward: r = 1 / √(mean(x²) + ε), so ∂r/∂x[i] = −x[i] · r³ / width
    float shared = projection * r * r / (float)width;
    for (long i = 0; i < width; i++) dx_row[i] += r * (dy_row[i] * w[i] - x_row[i] * shared);
  }
}
