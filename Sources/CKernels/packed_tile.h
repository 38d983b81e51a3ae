// Products of few rows by packed panels, for one kind of vector register: see register_kinds.h.
#define VECTORS (PANEL / LANES)
typedef float NAME(vector) __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

// out ← some rows by a panel, or out += them. `rows` is a constant where this is inlined, so that the sums stay in registers.
static inline __attribute__((always_inline)) void NAME(tile)(
    const float *restrict x, long x_stride, const float *restrict panel, long inputs,
    float *restrict out, long out_stride, int accumulates, const long rows, const int are_first) {
  NAME(vector) sums[MOST_ROWS][VECTORS];
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long v = 0; v < VECTORS; v++) sums[r][v] = (NAME(vector)){0};
  for (long i = 0; i < inputs; i++) {
    if (are_first) fetch_ahead(panel + i * PANEL, LINES_OF(PANEL * sizeof(float)));
    NAME(vector) w[VECTORS];
#pragma clang loop unroll(full)
    for (long v = 0; v < VECTORS; v++) w[v] = *(const NAME(vector) *)(panel + i * PANEL + v * LANES);
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) {
      const float number = x[r * x_stride + i];
#pragma clang loop unroll(full)
      for (long v = 0; v < VECTORS; v++) sums[r][v] += number * w[v];
    }
  }
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long v = 0; v < VECTORS; v++) {
      NAME(vector) *place = (NAME(vector) *)(out + r * out_stride + v * LANES);
      *place = accumulates ? *place + sums[r][v] : sums[r][v];
    }
}

// All rows by one panel.
static inline __attribute__((always_inline)) void NAME(panel)(
    const float *restrict x, long x_stride, long rows, const float *restrict panel, long inputs,
    float *restrict out, long out_stride, int accumulates) {
  long r = 0;
#define TILE(count, are_first) \
  NAME(tile)(x + r * x_stride, x_stride, panel, inputs, out + r * out_stride, out_stride, accumulates, count, are_first)
  TAKE_FIRST_ROWS(MOST_ROWS, TILE)
  TAKE_ALL_ROWS(MOST_ROWS, TILE)
#undef TILE
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
  float aside[MOST_ROWS * PANEL] = {0};
  for (long r = 0; r < rows && count > 0; r += MOST_ROWS) {
    const long part = rows - r < MOST_ROWS ? rows - r : MOST_ROWS;
    for (long i = 0; i < part && accumulates; i++)
      memcpy(aside + i * PANEL, y + (r + i) * y_stride + first, count * sizeof(float));
    NAME(panel)(x + r * x_stride, x_stride, part, panels + first * inputs, inputs, aside, PANEL, accumulates);
    for (long i = 0; i < part; i++)
      memcpy(y + (r + i) * y_stride + first, aside + i * PANEL, count * sizeof(float));
  }
}

#undef VECTORS
