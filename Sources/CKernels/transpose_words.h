// The transpose of a matrix of 4-byte words, in squares that stay in registers.
#pragma once
#include <stdint.h>

// Words of a side of a square.
#define TRANSPOSED_SQUARE 8
typedef uint32_t word __attribute__((may_alias));
typedef float square_row __attribute__((vector_size(TRANSPOSED_SQUARE * sizeof(float)), aligned(4), may_alias));

// A square, in registers: rows are mixed by numbers, by pairs and by fours.
static inline __attribute__((always_inline)) void transpose_square(
    const word *restrict a, long stride, word *restrict out, long out_stride) {
  square_row r[TRANSPOSED_SQUARE], s[TRANSPOSED_SQUARE];
#pragma clang loop unroll(full)
  for (long i = 0; i < TRANSPOSED_SQUARE; i++) r[i] = *(const square_row *)(a + i * stride);
#pragma clang loop unroll(full)
  for (long i = 0; i < TRANSPOSED_SQUARE; i += 2) {
    s[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    s[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
#pragma clang loop unroll(full)
  for (long i = 0; i < TRANSPOSED_SQUARE; i += 4)
#pragma clang loop unroll(full)
    for (long j = 0; j < 2; j++) {
      r[i + 2 * j] = __builtin_shufflevector(s[i + j], s[i + 2 + j], 0, 1, 8, 9, 4, 5, 12, 13);
      r[i + 2 * j + 1] = __builtin_shufflevector(s[i + j], s[i + 2 + j], 2, 3, 10, 11, 6, 7, 14, 15);
    }
#pragma clang loop unroll(full)
  for (long i = 0; i < TRANSPOSED_SQUARE / 2; i++) {
    *(square_row *)(out + i * out_stride) = __builtin_shufflevector(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(square_row *)(out + (i + 4) * out_stride) = __builtin_shufflevector(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// out [columns, rows] ← the transpose of a [rows, columns].
static inline __attribute__((always_inline)) void transpose_words(
    const void *restrict from, long stride, long rows, long columns, void *restrict to, long out_stride) {
  const word *a = from;
  word *out = to;
  const long whole_rows = rows / TRANSPOSED_SQUARE * TRANSPOSED_SQUARE;
  const long whole_columns = columns / TRANSPOSED_SQUARE * TRANSPOSED_SQUARE;
  for (long r = 0; r < whole_rows; r += TRANSPOSED_SQUARE)
    for (long c = 0; c < whole_columns; c += TRANSPOSED_SQUARE)
      transpose_square(a + r * stride + c, stride, out + c * out_stride + r, out_stride);
  for (long r = 0; r < rows; r++)
    for (long c = r < whole_rows ? whole_columns : 0; c < columns; c++) out[c * out_stride + r] = a[r * stride + c];
}
