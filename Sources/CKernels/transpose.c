// The transpose of a matrix, in squares that stay in registers.
#include "CKernels.h"
#include "kernel_clones.h"

#define SQUARE 8
typedef float square_row __attribute__((vector_size(SQUARE * sizeof(float)), aligned(4)));

// A square, in registers: rows are mixed by numbers, by pairs and by fours.
static inline __attribute__((always_inline)) void transpose_square(
    const float *restrict a, long stride, float *restrict out, long out_stride) {
  square_row r[SQUARE], s[SQUARE];
#pragma clang loop unroll(full)
  for (long i = 0; i < SQUARE; i++) r[i] = *(const square_row *)(a + i * stride);
#pragma clang loop unroll(full)
  for (long i = 0; i < SQUARE; i += 2) {
    s[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    s[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
#pragma clang loop unroll(full)
  for (long i = 0; i < SQUARE; i += 4)
#pragma clang loop unroll(full)
    for (long j = 0; j < 2; j++) {
      r[i + 2 * j] = __builtin_shufflevector(s[i + j], s[i + 2 + j], 0, 1, 8, 9, 4, 5, 12, 13);
      r[i + 2 * j + 1] = __builtin_shufflevector(s[i + j], s[i + 2 + j], 2, 3, 10, 11, 6, 7, 14, 15);
    }
#pragma clang loop unroll(full)
  for (long i = 0; i < SQUARE / 2; i++) {
    *(square_row *)(out + i * out_stride) = __builtin_shufflevector(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(square_row *)(out + (i + 4) * out_stride) = __builtin_shufflevector(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

ORDERED_KERNEL void transpose(
    const float *restrict a, long stride, long rows, long columns, float *restrict out, long out_stride) {
  const long whole_rows = rows / SQUARE * SQUARE, whole_columns = columns / SQUARE * SQUARE;
  for (long r = 0; r < whole_rows; r += SQUARE)
    for (long c = 0; c < whole_columns; c += SQUARE)
      transpose_square(a + r * stride + c, stride, out + c * out_stride + r, out_stride);
  for (long r = 0; r < rows; r++)
    for (long c = r < whole_rows ? whole_columns : 0; c < columns; c++) out[c * out_stride + r] = a[r * stride + c];
}
