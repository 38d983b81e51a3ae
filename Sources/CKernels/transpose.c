// The transpose of a matrix.
#include "CKernels.h"
#include "kernel_clones.h"
#include "transpose_words.h"

ORDERED_KERNEL void transpose(
    const float *restrict a, long stride, long rows, long columns, float *restrict out, long out_stride) {
  transpose_words(a, stride, rows, columns, out, out_stride);
}
