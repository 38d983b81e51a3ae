// c = a · b of matrices that stay in the cache, as in attention: too small to be worth laying out beforehand.
#include "CKernels.h"
#include "fetch_ahead.h"
#include "kernel_clones.h"
#include "row_tiles.h"

#define KERNEL_TEXT "block_tile.h"
#include "register_kinds.h"

void block_product(
    const float *a, long a_row, long a_inner, const float *b, long b_stride, float *c, long c_stride, long rows,
    long columns, long inner, int accumulates) {
  CHOSEN(block_product)(a, a_row, a_inner, b, b_stride, c, c_stride, rows, columns, inner, accumulates);
}
