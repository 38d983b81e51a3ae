// c = a · b of bfloat16 numbers, summed in float32, from factors that are laid out beforehand.
//
// A row's result does not depend on how many other rows there are: each sum runs over the inner numbers in the same order.
#include <pthread.h>

#include "CKernels.h"
#include "bfloat16_layout.h"
#include "fetch_ahead.h"
#include "flushing.h"
#include "kernel_clones.h"
#include "onednn_product.h"
#include "panel_widths.h"
#include "row_tiles.h"

#define KERNEL_TEXT "bfloat16_expanded.h"
#include "register_kinds.h"

#if LEVELS_OF_X86
#include "bfloat16_native.h"

static int has_pairs, has_tiles;

static void look(void) {
  has_pairs = IS_WIDE && __builtin_cpu_supports("avx512bf16");
  has_tiles = IS_WIDE && may_use_tiles();
}

int bfloat16_way_is_available(bfloat16_way way) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, look);
  if (way == BFLOAT16_BY_ONEDNN) return bfloat16_onednn_state() == ONEDNN_LACKS_NOTHING;
  return way == BFLOAT16_EXPANDED || (way == BFLOAT16_PAIRS && has_pairs) || (way == BFLOAT16_TILES && has_tiles);
}
#else
int bfloat16_way_is_available(bfloat16_way way) { return way == BFLOAT16_EXPANDED; }
#endif

// Rows by a panel: out ← or +=, with `pairs` pairs of inner numbers.
typedef void (*panel_product)(
    const void *left, long distance, long rows, const uint16_t *panel, long pairs, float *out, long out_stride,
    int accumulates);

static panel_product product_of(bfloat16_way way) {
#if LEVELS_OF_X86
  if (way == BFLOAT16_PAIRS) return pairs_panel;
  if (way == BFLOAT16_TILES) return tiles_panel;
#endif
  (void)way;
  return CHOSEN(expanded_panel);
}

// Numbers of a sum that are taken at a time, at most, and rows: that much of a left factor stays in the second-level cache while the
// panels pass by.
#define INNER_BLOCK 768
#define ROW_BLOCK 256
#define FEW_ROWS 32

// A part of a product that has no room for whole groups of rows or whole panels of columns, by way of memory that has.
static void multiply_aside(
    panel_product product, const void *left, long distance, long rows, const uint16_t *panel, long pairs,
    float *out, long out_stride, long columns, int accumulates) {
  float aside[ROW_GROUP * WIDE_PANEL] = {0};
  const long width = panel_width();
  for (long r = 0; r < rows && accumulates; r++)
    memcpy(aside + r * width, out + r * out_stride, columns * sizeof(float));
  product(left, distance, ROW_GROUP, panel, pairs, aside, width, accumulates);
  for (long r = 0; r < rows; r++) memcpy(out + r * out_stride, aside + r * width, columns * sizeof(float));
}

static void multiply_by_own(
    const void *left, long rows, long inner, bfloat16_way way, const uint16_t *panels, long panel_inner, long columns,
    float *c, long c_stride, int accumulates) {
  const panel_product product = product_of(way);
  const long number_size = way == BFLOAT16_EXPANDED ? sizeof(float) : sizeof(uint16_t);
  const long group = way == BFLOAT16_TILES ? ROW_GROUP : 1;
  const long distance = left_stride(inner), width = panel_width(), end = padded_inner(inner);
  // Parts of like size; none where there are few rows, for which panels are read once, from end to end.
  const long parts = rows <= FEW_ROWS ? 1 : (end + INNER_BLOCK - 1) / INNER_BLOCK;
  const long inner_block = padded_inner((end + parts - 1) / parts);
#if LEVELS_OF_X86
  if (way == BFLOAT16_TILES) begin_tiles();
#endif
  for (long i = 0; i < end; i += inner_block) {
    const long pairs = (end - i < inner_block ? end - i : inner_block) / 2;
    for (long r = 0; r < rows; r += ROW_BLOCK) {
      const long block = rows - r < ROW_BLOCK ? rows - r : ROW_BLOCK;
      for (long column = 0; column < columns; column += width) {
        const long count = columns - column < width ? columns - column : width;
        const uint16_t *panel = panels + column * padded_inner(panel_inner) + i * width;
        const char *first = (const char *)left + (r * distance + i) * number_size;
        float *out = c + r * c_stride + column;
        const long whole = count == width ? block / group * group : 0;
        if (whole) product(first, distance, whole, panel, pairs, out, c_stride, accumulates || i);
        for (long rest = whole; rest < block; rest += ROW_GROUP)
          multiply_aside(
              product, first + rest * distance * number_size, distance,
              block - rest < ROW_GROUP ? block - rest : ROW_GROUP, panel, pairs, out + rest * c_stride, c_stride,
              count, accumulates || i);
      }
    }
  }
#if LEVELS_OF_X86
  if (way == BFLOAT16_TILES) end_tiles();
#endif
}

int bfloat16_multiply(
    const void *left, long rows, long inner, bfloat16_way way, const uint16_t *panels, long panel_inner, long all_columns,
    long first, long columns, float *c, long c_stride, int accumulates) {
  if (inner == 0) {
    for (long r = 0; r < rows && !accumulates; r++) memset(c + r * c_stride, 0, columns * sizeof(float));
    return 0;
  }
  const unsigned before = begin_flushing();
  int status = 0;
  if (way == BFLOAT16_BY_ONEDNN)
    status = onednn_multiply(left, rows, inner, panels, all_columns, first, columns, c, c_stride, accumulates);
  else
    multiply_by_own(
        left, rows, inner, way, panels + first * padded_inner(panel_inner), panel_inner, columns, c, c_stride, accumulates);
  end_flushing(before);
  return status;
}
