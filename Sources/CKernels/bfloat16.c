// The factors of bfloat16 products, rounded and laid out.
#include "CKernels.h"
#include "bfloat16_layout.h"
#include "kernel_clones.h"

// The bits of the nearest bfloat16 number, halves to even, in the lower half; NaN stays NaN.
static inline __attribute__((always_inline)) uint32_t rounded(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  // Half a unit in the last place, less one where the kept half is even, carries exactly where it should.
  const uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  // The carry could turn a NaN into an infinity; a NaN keeps its sign and becomes quiet.
  const uint32_t quiet = bits >> 16 | 0x40;
  return (bits & 0x7fffffff) > 0x7f800000 ? quiet : nearest;
}

static inline __attribute__((always_inline)) float expanded(uint32_t upper) {
  const uint32_t bits = upper << 16;
  float number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

// Two numbers that are multiplied at a time, the first in the lower half.
static inline __attribute__((always_inline)) uint32_t pair(float first, float second) {
  return rounded(first) | rounded(second) << 16;
}

// Matrices are transposed in squares of pairs, by way of memory that stays in the cache.
#define SQUARE 16

MOVING_KERNEL static void round_rows(
    const float *a, long stride, long rows, long inner, uint16_t *left, long left_distance) {
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < inner; i++) left[r * left_distance + i] = (uint16_t)rounded(a[r * stride + i]);
}

MOVING_KERNEL static void round_columns(
    const float *a, long stride, long rows, long inner, uint16_t *left, long left_distance) {
  const long pairs = inner / 2, distance = left_distance / 2;
  uint32_t *left_pairs = (uint32_t *)left;
  uint32_t square[SQUARE][SQUARE];
  for (long r = 0; r < rows; r += SQUARE) {
    const long width = rows - r < SQUARE ? rows - r : SQUARE;
    for (long p = 0; p < pairs; p += SQUARE) {
      const long height = pairs - p < SQUARE ? pairs - p : SQUARE;
      for (long i = 0; i < height; i++) {
        const float *first = a + 2 * (p + i) * stride + r, *second = first + stride;
        for (long j = 0; j < width; j++) square[i][j] = pair(first[j], second[j]);
      }
      for (long j = 0; j < width; j++)
        for (long i = 0; i < height; i++) left_pairs[(r + j) * distance + p + i] = square[i][j];
    }
    for (long j = 0; j < width && inner % 2; j++)
      left_pairs[(r + j) * distance + pairs] = rounded(a[(inner - 1) * stride + r + j]);
  }
}

MOVING_KERNEL static void expand_rows(
    const float *a, long stride, long rows, long inner, float *left, long left_distance) {
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < inner; i++) left[r * left_distance + i] = expanded(rounded(a[r * stride + i]));
}

MOVING_KERNEL static void expand_columns(
    const float *a, long stride, long rows, long inner, float *left, long left_distance) {
  for (long r = 0; r < rows; r += SQUARE)
    for (long i = 0; i < inner; i++)
      for (long j = r; j < r + SQUARE && j < rows; j++)
        left[j * left_distance + i] = expanded(rounded(a[i * stride + j]));
}

long bfloat16_left_size(long rows, long inner, bfloat16_way way) {
  return padded_rows(rows) * left_stride(inner, way) * (way == BFLOAT16_EXPANDED ? sizeof(float) : sizeof(uint16_t));
}

void bfloat16_pack_left(
    const float *a, long stride, int is_transposed, long rows, long inner, bfloat16_way way, void *left) {
  const long size = way == BFLOAT16_EXPANDED ? sizeof(float) : sizeof(uint16_t);
  const long numbers = left_stride(inner, way), distance = numbers * size;
  // What fills the groups.
  for (long r = 0; r < rows; r++) memset((char *)left + r * distance + inner * size, 0, distance - inner * size);
  memset((char *)left + rows * distance, 0, (padded_rows(rows) - rows) * distance);
  if (way == BFLOAT16_EXPANDED)
    (is_transposed ? expand_columns : expand_rows)(a, stride, rows, inner, left, numbers);
  else if (is_transposed)
    round_columns(a, stride, rows, inner, left, numbers);
  else
    round_rows(a, stride, rows, inner, left, numbers);
}

long bfloat16_panels_count(long inner, long columns) {
  const long width = panel_width();
  return (columns + width - 1) / width * width * padded_inner(inner);
}

// Panels of b [inner, columns].
MOVING_KERNEL static void pack_plain(
    const float *b, long stride, long inner, long columns, long width, uint32_t *panels) {
  const long pairs = padded_inner(inner) / 2;
  for (long first = 0; first < columns; first += width, panels += pairs * width) {
    const long count = columns - first < width ? columns - first : width;
    for (long p = 0; p < inner / 2; p++) {
      const float *upper = b + 2 * p * stride + first, *lower = upper + stride;
      for (long c = 0; c < count; c++) panels[p * width + c] = pair(upper[c], lower[c]);
    }
    for (long c = 0; c < count && inner % 2; c++)
      panels[inner / 2 * width + c] = rounded(b[(inner - 1) * stride + first + c]);
  }
}

// Panels of the transpose of b [columns, inner].
MOVING_KERNEL static void pack_transposed(
    const float *b, long stride, long inner, long columns, long width, uint32_t *panels) {
  const long pairs = padded_inner(inner) / 2;
  uint32_t square[SQUARE][SQUARE];
  for (long first = 0; first < columns; first += width, panels += pairs * width) {
    const long count = columns - first < width ? columns - first : width;
    for (long c = 0; c < count; c += SQUARE) {
      const long part = count - c < SQUARE ? count - c : SQUARE;
      for (long p = 0; p < inner / 2; p += SQUARE) {
        const long height = inner / 2 - p < SQUARE ? inner / 2 - p : SQUARE;
        for (long j = 0; j < part; j++) {
          const float *row = b + (first + c + j) * stride + 2 * p;
          for (long i = 0; i < height; i++) square[j][i] = pair(row[2 * i], row[2 * i + 1]);
        }
        for (long i = 0; i < height; i++)
          for (long j = 0; j < part; j++) panels[(p + i) * width + c + j] = square[j][i];
      }
    }
    for (long c = 0; c < count && inner % 2; c++)
      panels[inner / 2 * width + c] = rounded(b[(first + c) * stride + inner - 1]);
  }
}

void bfloat16_pack_panels(
    const float *b, long stride, int is_transposed, long inner, long columns, uint16_t *panels) {
  const long width = panel_width(), pairs = padded_inner(inner) / 2, whole = inner / 2 * width;
  // What fills the groups, and the last panel.
  uint32_t *pairs_of_panels = (uint32_t *)panels;
  for (long first = 0; first < columns; first += width) {
    uint32_t *panel = pairs_of_panels + first * pairs;
    if (first + width <= columns)
      memset(panel + whole, 0, (pairs * width - whole) * sizeof(uint32_t));
    else
      memset(panel, 0, pairs * width * sizeof(uint32_t));
  }
  (is_transposed ? pack_transposed : pack_plain)(b, stride, inner, columns, width, pairs_of_panels);
}
