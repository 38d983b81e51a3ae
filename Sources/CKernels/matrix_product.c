// c = a · b of matrices of any size, either factor transposed, as training multiplies them.
//
// The inner numbers are taken in blocks of like size, and in each block b a panel of columns at a time, laid out where all rows meet it in
// the cache. A sum (see inner_blocks.h) does not depend on the other rows and columns, nor on the processor's registers.
#include "CKernels.h"
#include "fetch_ahead.h"
#include "inner_blocks.h"
#include "kernel_clones.h"
#include "row_tiles.h"

// Rows of a block, at most: what they multiply stays in the second-level cache.
#define ROW_BLOCK 384
// Columns of a panel, at most.
#define WIDEST_PANEL 32
// Numbers of one.
#define PANEL_ROOM (INNER_BLOCK * WIDEST_PANEL)

// Room for so many numbers in an odd number of cache lines, so that a column of such rows does not meet in a few places of the cache.
static inline long odd_lines(long count) {
  const long line = CACHE_LINE / sizeof(float);
  return ((count + line - 1) / line | 1) * line;
}

#define KERNEL_TEXT "matrix_tile.h"
#include "register_kinds.h"

long matrix_product_room(int a_is_transposed) {
  return PANEL_ROOM + (a_is_transposed ? ROW_BLOCK * odd_lines(INNER_BLOCK) : 0);
}

void matrix_product(
    const float *a, long a_stride, int a_is_transposed, const float *b, long b_stride, int b_is_transposed, float *c,
    long c_stride, long rows, long columns, long inner, int accumulates, float *room) {
  CHOSEN(matrix_product)(
      a, a_stride, a_is_transposed, b, b_stride, b_is_transposed, c, c_stride, rows, columns, inner, accumulates, room);
}
