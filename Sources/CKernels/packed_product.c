// y = x · wᵀ for few rows, with w laid out beforehand: panels of PANEL_WIDTH outputs, each [in][PANEL_WIDTH], of float32 or
// bfloat16 numbers.
//
// A row's result does not depend on how many other rows there are: each sum runs over the inputs in order.
#include "CKernels.h"
#include "kernel_clones.h"

typedef float panel_half __attribute__((vector_size(PANEL_WIDTH / 2 * sizeof(float)), aligned(4)));

void pack_panels(const float *w, long stride, long outputs, long inputs, float *panels) {
  for (long first = 0; first < outputs; first += PANEL_WIDTH)
    for (long i = 0; i < inputs; i++)
      for (long o = first; o < first + PANEL_WIDTH; o++)
        *panels++ = o < outputs ? w[o * stride + i] : 0.0f;
}

void pack_bfloat16_panels(
    const uint16_t *w, long stride, long outputs, long inputs, uint16_t *panels) {
  for (long first = 0; first < outputs; first += PANEL_WIDTH)
    for (long i = 0; i < inputs; i++)
      for (long o = first; o < first + PANEL_WIDTH; o++)
        *panels++ = o < outputs ? w[o * stride + i] : 0;
}

// w ← half a panel's weights of one input.
static inline __attribute__((always_inline)) void load_weights(
    panel_half *w, const void *restrict panel, long first, const int is_bfloat16) {
  if (!is_bfloat16) {
    *w = *(const panel_half *)((const float *)panel + first);
    return;
  }
  typedef uint16_t upper __attribute__((vector_size(PANEL_WIDTH / 2 * sizeof(uint16_t)), aligned(2)));
  typedef uint32_t whole __attribute__((vector_size(PANEL_WIDTH / 2 * sizeof(uint32_t))));
  const upper bits = *(const upper *)((const uint16_t *)panel + first);
  *w = (panel_half)(__builtin_convertvector(bits, whole) << 16);
}

// The most rows that one pass over a panel serves.
#define MOST_ROWS 8

// Some rows by `parts` halves of a panel, from `half` on. `rows` and `parts` are constants where this is inlined, so that the
// sums stay in registers.
static inline __attribute__((always_inline)) void tile(
    const float *restrict x, long x_stride, const void *restrict panel, const int is_bfloat16,
    long inputs, float *restrict y, long y_stride, long columns, int accumulates, const long rows,
    const long parts, const long half) {
  panel_half sums[MOST_ROWS][2];
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++) sums[r][0] = sums[r][1] = (panel_half){0};
  for (long i = 0; i < inputs; i++) {
    panel_half w[2];
#pragma clang loop unroll(full)
    for (long p = 0; p < parts; p++)
      load_weights(w + p, panel, i * PANEL_WIDTH + (half + p) * (PANEL_WIDTH / 2), is_bfloat16);
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
      for (long p = 0; p < parts; p++) sums[r][p] += x[r * x_stride + i] * w[p];
  }
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long p = 0; p < parts; p++) {
      const long first = (half + p) * (PANEL_WIDTH / 2);
      float *out = y + r * y_stride + first;
      if (columns >= first + PANEL_WIDTH / 2) {
        *(panel_half *)out = accumulates ? *(panel_half *)out + sums[r][p] : sums[r][p];
      } else {
        float ends[PANEL_WIDTH / 2];
        memcpy(ends, &sums[r][p], sizeof ends);
        for (long o = 0; o < columns - first; o++) out[o] = accumulates ? out[o] + ends[o] : ends[o];
      }
    }
}

// Rows in tiles of `most` and, at the end, of 4, 2 and 1.
static inline __attribute__((always_inline)) void product(
    const float *restrict x, long x_stride, long rows, const void *restrict panels,
    const int is_bfloat16, long inputs, float *restrict y, long y_stride, long outputs,
    int accumulates, const long most, const long parts) {
  for (long first = 0; first < outputs; first += PANEL_WIDTH) {
    const char *panel =
        (const char *)panels + first * inputs * (is_bfloat16 ? sizeof(uint16_t) : sizeof(float));
    const long columns = outputs - first < PANEL_WIDTH ? outputs - first : PANEL_WIDTH;
    long r = 0;
#define TILE(count) \
  for (; r + (count) <= rows; r += (count)) \
    for (long half = 0; half < 2; half += (count) > 2 ? parts : 2) \
      tile(x + r * x_stride, x_stride, panel, is_bfloat16, inputs, y + r * y_stride + first, y_stride, \
           columns, accumulates, count, (count) > 2 ? parts : 2, half);
    TILE(most)
    TILE(4)
    TILE(2)
    TILE(1)
#undef TILE
  }
}

// 32 vector registers of 16 numbers hold the sums of eight rows by a whole panel; 16 of 8 numbers those of six rows by half a
// panel. Clones cannot differ in their text, so the choice is made here.
#define PRODUCT_ARGUMENTS \
  const float *restrict x, long x_stride, long rows, const void *restrict panels, long inputs, \
      float *restrict y, long y_stride, long outputs, int accumulates
#define PRODUCT(attributes, name, is_bfloat16, most, parts) \
  attributes static void name(PRODUCT_ARGUMENTS) { \
    product(x, x_stride, rows, panels, is_bfloat16, inputs, y, y_stride, outputs, accumulates, most, parts); \
  }
#if defined(__x86_64__) && defined(__linux__)
#define WIDE __attribute__((target("arch=x86-64-v4")))
PRODUCT(WIDE, wide_product, 0, MOST_ROWS, 2)
PRODUCT(WIDE, wide_bfloat16_product, 1, MOST_ROWS, 2)
#define HAS_WIDE __builtin_cpu_supports("x86-64-v4")
#else
#define wide_product narrow_product
#define wide_bfloat16_product narrow_bfloat16_product
#define HAS_WIDE 0
#endif
PRODUCT(KERNEL, narrow_product, 0, 6, 1)
PRODUCT(KERNEL, narrow_bfloat16_product, 1, 6, 1)

void packed_product(
    const float *restrict x, long x_stride, long rows, const float *restrict panels, long inputs,
    float *restrict y, long y_stride, long outputs, int accumulates) {
  (HAS_WIDE ? wide_product : narrow_product)(
      x, x_stride, rows, panels, inputs, y, y_stride, outputs, accumulates);
}

void packed_bfloat16_product(
    const float *restrict x, long x_stride, long rows, const uint16_t *restrict panels, long inputs,
    float *restrict y, long y_stride, long outputs, int accumulates) {
  (HAS_WIDE ? wide_bfloat16_product : narrow_bfloat16_product)(
      x, x_stride, rows, panels, inputs, y, y_stride, outputs, accumulates);
}
