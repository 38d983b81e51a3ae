// c = a · b of matrices that stay in the cache, as in attention: too small to be worth laying out beforehand.
#include "CKernels.h"
#include "kernel_clones.h"

// 16 registers hold the sums of six rows by two vectors; 32 could hold more, but ten rows leave no tile of four to the last of 32.
#define NAME(x) plain_##x
#define ATTRIBUTES
#define LANES 8
#define MOST_ROWS 6
#include "block_tile.h"

#if LEVELS_OF_X86
#define NAME(x) narrow_##x
#define ATTRIBUTES NARROW
#define LANES 8
#define MOST_ROWS 6
#include "block_tile.h"

#define NAME(x) wide_##x
#define ATTRIBUTES WIDE
#define LANES 16
#define MOST_ROWS 8
#include "block_tile.h"
#endif

void block_product(
    const float *a, long a_row, long a_inner, const float *b, long b_stride, float *c, long c_stride, long rows,
    long columns, long inner, int accumulates) {
  CHOSEN(block_product)(a, a_row, a_inner, b, b_stride, c, c_stride, rows, columns, inner, accumulates);
}

#define SQUARE 16

KERNEL void transpose(const float *restrict a, long stride, long rows, long columns, float *restrict out, long out_stride) {
  float square[SQUARE][SQUARE];
  for (long r = 0; r < rows; r += SQUARE)
    for (long c = 0; c < columns; c += SQUARE) {
      const long height = rows - r < SQUARE ? rows - r : SQUARE, width = columns - c < SQUARE ? columns - c : SQUARE;
      for (long i = 0; i < height; i++)
        for (long j = 0; j < width; j++) square[i][j] = a[(r + i) * stride + c + j];
      for (long j = 0; j < width; j++)
        for (long i = 0; i < height; i++) out[(c + j) * out_stride + r + i] = square[i][j];
    }
}
