// y = x · wᵀ for few rows, with w laid out beforehand: panels of panel_width() outputs, each [in][panel width].
//
// A row's result does not depend on how many other rows there are, and is matrix_product's: see inner_blocks.h.
#include "CKernels.h"
#include "fetch_ahead.h"
#include "inner_blocks.h"
#include "kernel_clones.h"
#include "panel_widths.h"
#include "row_tiles.h"

#define KERNEL_TEXT "packed_tile.h"
#include "register_kinds.h"

long panel_width(void) { return IS_WIDE ? WIDE_PANEL : NARROW_PANEL; }

void pack_panels(const float *w, long stride, long outputs, long inputs, float *panels) {
  const long width = panel_width();
  for (long first = 0; first < outputs; first += width)
    for (long i = 0; i < inputs; i++)
      for (long o = first; o < first + width; o++)
        *panels++ = o < outputs ? w[o * stride + i] : 0.0f;
}

void packed_product(
    const float *restrict x, long x_stride, long rows, const float *restrict panels, long inputs,
    float *restrict y, long y_stride, long outputs, int accumulates) {
  CHOSEN(product)(
      x, x_stride, rows, panels, inputs, y, y_stride, outputs, accumulates);
}
