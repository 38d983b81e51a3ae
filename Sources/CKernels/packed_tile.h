// Products of few rows by packed panels, for one kind of vector register: see register_kinds.h.
#include "sums_tile.h"

#define VECTORS (PANEL / LANES)

// All rows by one panel, a block of inputs after the other. Meanwhile the block that follows it in memory is asked for, a part by each tile
// of rows: only the first tile reads its block from memory, and the others would leave memory idle.
static inline __attribute__((always_inline)) void NAME(panel)(
    const float *restrict x, long x_stride, long rows, const float *restrict panel, long inputs,
    float *restrict out, long out_stride, int accumulates) {
  const long block = like_parts(inputs, INNER_BLOCK), tiles = tiles_of(rows, TILE_ROWS(VECTORS));
  const long row_bytes = PANEL * sizeof(float);
  for (long i = 0; i < inputs; i += block) {
    const long part = inputs - i < block ? inputs - i : block;
    const int adds = accumulates || i > 0;
    struct fetched_along next = {(const char *)(panel + (i + part) * PANEL), (row_bytes + tiles - 1) / tiles};
    long r = 0;
#define TILE(count, is_only) \
  (NAME(sums_tile)(x + r * x_stride + i, x_stride, 1, panel + i * PANEL, PANEL, out + r * out_stride, out_stride, part, \
                   adds, count, VECTORS, next, is_only ? LINES_OF(PANEL * sizeof(float)) : 1), \
   next.place += part * row_bytes / tiles)
    if (tiles == 1) {
      TAKE_FIRST_ROWS(TILE_ROWS(VECTORS), TILE)
    } else {
      TAKE_ALL_ROWS(TILE_ROWS(VECTORS), TILE)
    }
#undef TILE
  }
}

// All rows by all panels.
ATTRIBUTES static void NAME(product)(
    const float *restrict x, long x_stride, long rows, const float *restrict panels, long inputs,
    float *restrict y, long y_stride, long outputs, int accumulates) {
  long first = 0;
  for (; first + PANEL <= outputs; first += PANEL)
    NAME(panel)(x, x_stride, rows, panels + first * inputs, inputs, y + first, y_stride, accumulates);
  // Outputs that do not fill a panel are computed aside.
  const long count = outputs - first;
  float aside[MOST_TILE_ROWS * PANEL] = {0};
  for (long r = 0; r < rows && count > 0; r += MOST_TILE_ROWS) {
    const long part = rows - r < MOST_TILE_ROWS ? rows - r : MOST_TILE_ROWS;
    for (long i = 0; i < part && accumulates; i++)
      memcpy(aside + i * PANEL, y + (r + i) * y_stride + first, count * sizeof(float));
    NAME(panel)(x + r * x_stride, x_stride, part, panels + first * inputs, inputs, aside, PANEL, accumulates);
    for (long i = 0; i < part; i++)
      memcpy(y + (r + i) * y_stride + first, aside + i * PANEL, count * sizeof(float));
  }
}

#undef VECTORS
