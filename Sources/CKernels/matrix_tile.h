// Products of matrices of any size, for one kind of vector register: see register_kinds.h.
#include "sums_tile.h"

// Vectors of a panel, at most: see sums_tile.h. On 32 registers two already leave the multiplying units without a pause.
#define MOST_VECTORS (LANES == 16 ? 2 : 3)
_Static_assert(MOST_VECTORS * LANES <= WIDEST_PANEL, "a panel has no room");

// How many vectors of the columns that are left the next panel takes: two panels of two rather than one of three and one of one.
static inline long NAME(vectors_of)(long columns) {
  const long left = (columns + LANES - 1) / LANES;
  return left == 4 ? 2 : left < MOST_VECTORS ? left : MOST_VECTORS;
}

// panel [part, vectors · LANES] ← some columns of b from a row on; 0 beyond them.
static inline __attribute__((always_inline)) void NAME(lay_out)(
    const float *restrict b, long b_stride, int b_is_transposed, long part, long columns, float *restrict panel,
    const long vectors) {
  const long width = vectors * LANES;
  if (columns < width) memset(panel, 0, part * width * sizeof(float));
  if (b_is_transposed)
    transpose(b, b_stride, columns, part, panel, width);
  else if (columns < width)
    for (long i = 0; i < part; i++) memcpy(panel + i * width, b + i * b_stride, columns * sizeof(float));
  else
    for (long i = 0; i < part; i++) memcpy(panel + i * width, b + i * b_stride, width * sizeof(float));
}

// All rows by a panel of some vectors, while what the next panel is made of is asked for.
static inline __attribute__((always_inline)) void NAME(panel_rows)(
    const float *restrict a, long a_stride, const float *restrict panel, float *restrict c, long c_stride, long rows,
    long part, int accumulates, struct lines_to_fetch *next, const long vectors) {
  const long tiles = (rows + TILE_ROWS(vectors) - 1) / TILE_ROWS(vectors);
  const long together = (next->rows * next->lines + tiles - 1) / tiles;
  long r = 0;
#define TILE(count, are_first) \
  (fetch_some(next, together), \
   NAME(sums_tile)(a + r * a_stride, a_stride, 1, panel, vectors * LANES, c + r * c_stride, c_stride, part, \
                   accumulates, count, vectors, NOTHING_FETCHED, 0))
  TAKE_ALL_ROWS(TILE_ROWS(vectors), TILE)
#undef TILE
}

// The same of columns that may not fill the panel: those are computed aside.
static inline __attribute__((always_inline)) void NAME(panel_product)(
    const float *restrict a, long a_stride, const float *restrict panel, float *restrict c, long c_stride, long rows,
    long columns, long part, int accumulates, struct lines_to_fetch *next, const long vectors) {
  const long width = vectors * LANES;
  if (columns >= width)
    return NAME(panel_rows)(a, a_stride, panel, c, c_stride, rows, part, accumulates, next, vectors);
  float aside[MOST_TILE_ROWS * MOST_VECTORS * LANES];
  for (long r = 0; r < rows; r += MOST_TILE_ROWS) {
    const long count = rows - r < MOST_TILE_ROWS ? rows - r : MOST_TILE_ROWS;
    NAME(panel_rows)(a + r * a_stride, a_stride, panel, aside, width, count, part, 0, next, vectors);
    for (long i = 0; i < count; i++)
      for (long column = 0; column < columns; column++) {
        float *place = c + (r + i) * c_stride + column;
        const float sum = aside[i * width + column];
        *place = accumulates ? *place + sum : sum;
      }
  }
}

// Some rows by all columns, over a block of inner numbers.
static inline __attribute__((always_inline)) void NAME(block_of_sums)(
    const float *restrict a, long a_stride, const float *restrict b, long b_stride, int b_is_transposed,
    float *restrict c, long c_stride, long rows, long columns, long part, int accumulates, float *restrict panel) {
  for (long first = 0; first < columns;) {
    const long vectors = NAME(vectors_of)(columns - first), width = vectors * LANES;
    const long count = columns - first < width ? columns - first : width;
    const float *from = b + (b_is_transposed ? first * b_stride : first);
    const long left = columns - first - count, next_count = left < width ? left : width;
    struct lines_to_fetch next =
        b_is_transposed ? lines_of(from + width * b_stride, b_stride, next_count, part)
                        : lines_of(from + width, b_stride, next_count ? part : 0, next_count);
#define PANEL_OF(vectors) \
  NAME(lay_out)(from, b_stride, b_is_transposed, part, count, panel, vectors); \
  NAME(panel_product)(a, a_stride, panel, c + first, c_stride, rows, count, part, accumulates, &next, vectors)
    switch (vectors) {
      case 1: PANEL_OF(1); break;
      case 2: PANEL_OF(2); break;
      default: PANEL_OF(MOST_VECTORS); break;
    }
#undef PANEL_OF
    first += count;
  }
}

ATTRIBUTES static void NAME(matrix_product)(
    const float *restrict a, long a_stride, int a_is_transposed, const float *restrict b, long b_stride,
    int b_is_transposed, float *restrict c, long c_stride, long rows, long columns, long inner, int accumulates,
    float *restrict room) {
  float *panel = room, *turned = room + PANEL_ROOM;
  const long height = like_parts(rows, ROW_BLOCK), block = like_parts(inner, INNER_BLOCK);
  const long turned_stride = odd_lines(block);
  for (long r = 0; r < rows; r += height)
    for (long i = 0; i < inner; i += block) {
      const long count = rows - r < height ? rows - r : height, part = inner - i < block ? inner - i : block;
      if (a_is_transposed) transpose(a + i * a_stride + r, a_stride, part, count, turned, turned_stride);
      NAME(block_of_sums)(
          a_is_transposed ? turned : a + r * a_stride + i, a_is_transposed ? turned_stride : a_stride,
          b + (b_is_transposed ? i : i * b_stride), b_stride, b_is_transposed, c + r * c_stride, c_stride, count, columns,
          part, accumulates || i > 0, panel);
    }
}

#undef MOST_VECTORS
