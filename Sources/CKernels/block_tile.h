// Products of small matrices where they lie, for one kind of vector register: see register_kinds.h.
#include "sums_tile.h"

// All rows by some vectors of columns.
static inline __attribute__((always_inline)) void NAME(block_columns)(
    const float *restrict a, long a_row, long a_inner, const float *restrict b, long b_stride, float *restrict c,
    long c_stride, long rows, long inner, int accumulates, const long vectors) {
  long r = 0;
#define TILE(count, are_first) \
  NAME(sums_tile)(a + r * a_row, a_row, a_inner, b, b_stride, c + r * c_stride, c_stride, inner, accumulates, count, \
                  vectors, NOTHING_FETCHED, 0)
  TAKE_ALL_ROWS(TILE_ROWS(vectors), TILE)
#undef TILE
}

ATTRIBUTES static void NAME(block_product)(
    const float *restrict a, long a_row, long a_inner, const float *restrict b, long b_stride, float *restrict c,
    long c_stride, long rows, long columns, long inner, int accumulates) {
  long first = 0;
#define COLUMNS(vectors) \
  for (; first + (vectors) * LANES <= columns; first += (vectors) * LANES) \
    NAME(block_columns)(a, a_row, a_inner, b + first, b_stride, c + first, c_stride, rows, inner, accumulates, vectors);
  COLUMNS(2)
  COLUMNS(1)
#undef COLUMNS
  // Columns that do not fill a vector.
  for (long r = 0; r < rows; r++)
    for (long column = first; column < columns; column++) {
      float sum = 0;
      for (long i = 0; i < inner; i++) sum += a[r * a_row + i * a_inner] * b[i * b_stride + column];
      c[r * c_stride + column] = accumulates ? c[r * c_stride + column] + sum : sum;
    }
}
