// The factors of bfloat16 products, rounded and laid out.
#include "CKernels.h"
#include "bfloat16_layout.h"
#include "bfloat16_number.h"
#include "kernel_clones.h"
#include "transpose_words.h"

// Two numbers that are multiplied at a time, the first in the lower half.
static inline __attribute__((always_inline)) uint32_t pair(float first, float second) {
  return rounded(first) | rounded(second) << 16;
}

// Matrices are transposed in squares of pairs or of numbers, by way of memory that stays in the cache.
#define SQUARE 16

ORDERED_KERNEL static void round_rows(
    const float *a, long stride, long rows, long inner, uint16_t *left, long left_distance) {
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < inner; i++) left[r * left_distance + i] = (uint16_t)rounded(a[r * stride + i]);
}

ORDERED_KERNEL static void round_columns(
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
      transpose_words(square, SQUARE, height, width, left_pairs + r * distance + p, distance);
    }
    for (long j = 0; j < width && inner % 2; j++)
      left_pairs[(r + j) * distance + pairs] = rounded(a[(inner - 1) * stride + r + j]);
  }
}

ORDERED_KERNEL static void expand_rows(
    const float *a, long stride, long rows, long inner, float *left, long left_distance) {
  for (long r = 0; r < rows; r++)
    for (long i = 0; i < inner; i++) left[r * left_distance + i] = expanded(rounded(a[r * stride + i]));
}

ORDERED_KERNEL static void expand_columns(
    const float *a, long stride, long rows, long inner, float *left, long left_distance) {
  float square[SQUARE][SQUARE];
  for (long r = 0; r < rows; r += SQUARE) {
    const long width = rows - r < SQUARE ? rows - r : SQUARE;
    for (long p = 0; p < inner; p += SQUARE) {
      const long height = inner - p < SQUARE ? inner - p : SQUARE;
      for (long i = 0; i < height; i++)
        for (long j = 0; j < width; j++) square[i][j] = expanded(rounded(a[(p + i) * stride + r + j]));
      transpose_words(square, SQUARE, height, width, left + r * left_distance + p, left_distance);
    }
  }
}

// Into rows that are `distance` numbers apart, zeros filling them up to a number of them, and their groups.
static void pack_rows(
    const float *a, long stride, int is_transposed, long rows, long inner, long filled, bfloat16_way way, void *left,
    long distance) {
  const long size = way == BFLOAT16_EXPANDED ? sizeof(float) : sizeof(uint16_t), bytes = distance * size;
  for (long r = 0; r < rows && inner < filled; r++)
    memset((char *)left + r * bytes + inner * size, 0, (filled - inner) * size);
  memset((char *)left + rows * bytes, 0, (padded_rows(rows) - rows) * bytes);
  if (way == BFLOAT16_EXPANDED)
    (is_transposed ? expand_columns : expand_rows)(a, stride, rows, inner, left, distance);
  else
    (is_transposed ? round_columns : round_rows)(a, stride, rows, inner, left, distance);
}

long bfloat16_left_size(long rows, long inner, bfloat16_way way) {
  if (way == BFLOAT16_BY_ONEDNN)
    return padded_rows(rows) * onednn_parts(inner) * onednn_part(inner) * sizeof(uint16_t);
  return padded_rows(rows) * left_stride(inner) * (way == BFLOAT16_EXPANDED ? sizeof(float) : sizeof(uint16_t));
}

void bfloat16_pack_left(
    const float *a, long stride, int is_transposed, long rows, long inner, bfloat16_way way, void *left) {
  if (way != BFLOAT16_BY_ONEDNN) {
    pack_rows(a, stride, is_transposed, rows, inner, padded_inner(inner), way, left, left_stride(inner));
    return;
  }
  const long part = onednn_part(inner);
  uint16_t *place = left;
  for (long i = 0; i < inner; i += part, place += padded_rows(rows) * part)
    pack_rows(
        a + (is_transposed ? i * stride : i), stride, is_transposed, rows, inner - i < part ? inner - i : part, part, way,
        place, part);
}

long bfloat16_panels_count(long inner, long columns, bfloat16_way way) {
  const long numbers = way == BFLOAT16_BY_ONEDNN ? onednn_parts(inner) * onednn_part(inner) : padded_inner(inner);
  return padded_columns(columns, panel_width()) * numbers;
}

// Panels of b [inner, columns].
ORDERED_KERNEL static void pack_plain(
    const float *b, long stride, long inner, long columns, long width, long pairs, uint32_t *panels) {
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
ORDERED_KERNEL static void pack_transposed(
    const float *b, long stride, long inner, long columns, long width, long pairs, uint32_t *panels) {
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
        transpose_words(square, SQUARE, part, height, panels + p * width + c, width);
      }
    }
    for (long c = 0; c < count && inner % 2; c++)
      panels[inner / 2 * width + c] = rounded(b[(first + c) * stride + inner - 1]);
  }
}

// Into panels of so many pairs, zeros filling them and the last panel.
static void pack_all(
    const float *b, long stride, int is_transposed, long inner, long columns, long pairs, uint16_t *panels) {
  const long width = panel_width(), whole = inner / 2 * width;
  uint32_t *pairs_of_panels = (uint32_t *)panels;
  for (long first = 0; first < columns; first += width) {
    uint32_t *panel = pairs_of_panels + first * pairs;
    if (first + width <= columns)
      memset(panel + whole, 0, (pairs * width - whole) * sizeof(uint32_t));
    else
      memset(panel, 0, pairs * width * sizeof(uint32_t));
  }
  (is_transposed ? pack_transposed : pack_plain)(b, stride, inner, columns, width, pairs, pairs_of_panels);
}

void bfloat16_pack_panels(
    const float *b, long stride, int is_transposed, long inner, long columns, bfloat16_way way, uint16_t *panels) {
  if (way != BFLOAT16_BY_ONEDNN) {
    pack_all(b, stride, is_transposed, inner, columns, padded_inner(inner) / 2, panels);
    return;
  }
  const long part = onednn_part(inner);
  for (long i = 0; i < inner; i += part, panels += padded_columns(columns, panel_width()) * part)
    pack_all(
        b + (is_transposed ? i : i * stride), stride, is_transposed, inner - i < part ? inner - i : part, columns, part / 2,
        panels);
}

ORDERED_KERNEL void bfloat16_round(float *numbers, long count) {
  for (long i = 0; i < count; i++) numbers[i] = expanded(rounded(numbers[i]));
}
