// y = x · wᵀ for few rows, with w laid out beforehand: panels of PANEL_WIDTH outputs, each [in][PANEL_WIDTH].
//
// A row's result does not depend on how many other rows there are: each sum runs over the inputs in order.
#include "CKernels.h"
#include "kernel_clones.h"

typedef float panel_half __attribute__((vector_size(PANEL_WIDTH / 2 * sizeof(float)), aligned(4)));

// Rows that one pass over a panel serves: their sums fill half of the 32 vector registers.
#define ROW_TILE 8

void pack_panels(const float *w, long stride, long outputs, long inputs, float *panels) {
  for (long first = 0; first < outputs; first += PANEL_WIDTH)
    for (long i = 0; i < inputs; i++)
      for (long o = first; o < first + PANEL_WIDTH; o++)
        *panels++ = o < outputs ? w[o * stride + i] : 0.0f;
}

// `rows` is a constant where this is inlined, so that the sums stay in registers.
static inline __attribute__((always_inline)) void tile(
    const float *restrict x, long x_stride, const float *restrict panel, long inputs,
    float *restrict y, long y_stride, long columns, int accumulates, const long rows) {
  panel_half low[ROW_TILE], high[ROW_TILE];
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++) low[r] = high[r] = (panel_half){0};
  for (long i = 0; i < inputs; i++) {
    const panel_half w_low = *(const panel_half *)(panel + i * PANEL_WIDTH);
    const panel_half w_high = *(const panel_half *)(panel + i * PANEL_WIDTH + PANEL_WIDTH / 2);
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) {
      const float factor = x[r * x_stride + i];
      low[r] += factor * w_low;
      high[r] += factor * w_high;
    }
  }
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++) {
    float *row = y + r * y_stride;
    if (columns == PANEL_WIDTH) {
      if (accumulates) {
        low[r] += *(panel_half *)row;
        high[r] += *(panel_half *)(row + PANEL_WIDTH / 2);
      }
      *(panel_half *)row = low[r];
      *(panel_half *)(row + PANEL_WIDTH / 2) = high[r];
    } else {
      float sums[PANEL_WIDTH];
      memcpy(sums, &low[r], sizeof low[r]);
      memcpy(sums + PANEL_WIDTH / 2, &high[r], sizeof high[r]);
      for (long o = 0; o < columns; o++) row[o] = accumulates ? row[o] + sums[o] : sums[o];
    }
  }
}

KERNEL void packed_product(
    const float *restrict x, long x_stride, long rows, const float *restrict panels, long inputs,
    float *restrict y, long y_stride, long outputs, int accumulates) {
  for (long first = 0; first < outputs; first += PANEL_WIDTH) {
    const float *panel = panels + first * inputs;
    const long columns = outputs - first < PANEL_WIDTH ? outputs - first : PANEL_WIDTH;
    long r = 0;
    for (; r + ROW_TILE <= rows; r += ROW_TILE)
      tile(x + r * x_stride, x_stride, panel, inputs, y + r * y_stride + first, y_stride, columns,
           accumulates, ROW_TILE);
    for (; r + 4 <= rows; r += 4)
      tile(x + r * x_stride, x_stride, panel, inputs, y + r * y_stride + first, y_stride, columns,
           accumulates, 4);
    for (; r < rows; r++)
      tile(x + r * x_stride, x_stride, panel, inputs, y + r * y_stride + first, y_stride, columns,
           accumulates, 1);
  }
}
