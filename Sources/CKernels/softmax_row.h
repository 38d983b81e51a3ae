// Passes over a row of scores that becomes probabilities.
#pragma once
#include <float.h>

#include "kernel_clones.h"

// The largest of some numbers, at least one; a NaN may be passed over. A plain loop with a single result would not vectorise: its
// meaning for NaN depends on the order.
static inline __attribute__((always_inline)) float largest_of(const float *numbers, long count) {
  enum { PARTS = 32 };
  float parts[PARTS];
  for (long k = 0; k < PARTS; k++) parts[k] = numbers[0];
  long j = 0;
  for (; j + PARTS <= count; j += PARTS)
    for (long k = 0; k < PARTS; k++) parts[k] = numbers[j + k] > parts[k] ? numbers[j + k] : parts[k];
  float largest = parts[0];
  for (long k = 1; k < PARTS; k++) largest = parts[k] > largest ? parts[k] : largest;
  for (; j < count; j++) largest = numbers[j] > largest ? numbers[j] : largest;
  return largest;
}

// Rows have room for a multiple of so many numbers, so that no number is computed by itself.
#define ROW_MULTIPLE 16
typedef float row_part __attribute__((vector_size(ROW_MULTIPLE * sizeof(float)), aligned(4)));

// The sum of a row: of every ROW_MULTIPLE-th number, and of these by halves.
static inline __attribute__((always_inline)) float sum_of(const float *numbers, long count) {
  row_part parts = {0};
  for (long j = 0; j < count; j += ROW_MULTIPLE) parts += *(const row_part *)(numbers + j);
  for (long half = ROW_MULTIPLE / 2; half > 0; half /= 2)
    for (long k = 0; k < half; k++) parts[k] += parts[k + half];
  return parts[0];
}

// Numbers become exp(number · scale − offset), and what follows them up to a multiple of ROW_MULTIPLE 0; returns their sum, taken in an
// order that does not depend on the processor. They are at most offset / scale; the scale is positive.
static inline __attribute__((always_inline)) float exponentials_of(
    float *restrict numbers, long count, float scale, float offset) {
  // Not contracted, for the reason that REASSOCIATE_ROUNDED has.
#pragma clang fp contract(off)
  const long whole = (count + ROW_MULTIPLE - 1) / ROW_MULTIPLE * ROW_MULTIPLE;
#pragma clang loop vectorize(disable)
  for (long j = count; j < whole; j++) numbers[j] = -__builtin_inff();
#pragma clang loop interleave_count(2)
  for (long j = 0; j < whole; j++) numbers[j] = fast_exp(numbers[j] * scale - offset);
#pragma clang loop vectorize(disable)
  for (long j = count; j < whole; j++) numbers[j] = 0;
  return sum_of(numbers, whole);
}

// Of a softmax that grows from one block of keys to the next: a row of scores becomes exp(score · scale − largest), and the largest score
// yet, the sum and what `out` holds of the blocks before are brought up to date; the first block sets them.
static inline __attribute__((always_inline)) void softmax_block(
    float *restrict scores, long count, float scale, float *restrict largest, float *restrict sum, float *restrict out,
    long width, int is_first) {
  // Products are not fused with what follows them, so that all who call this round alike.
#pragma clang fp contract(off)
  float most = largest_of(scores, count) * scale;
  // Of scores that have all overflowed none is larger than the others, and a later block's are.
  if (most < -FLT_MAX) most = -FLT_MAX;
  if (!is_first) {
    most = *largest > most ? *largest : most;
    const float factor = fast_exp(*largest - most);
    *sum *= factor;
    for (long i = 0; i < width; i++) out[i] *= factor;
  } else {
    *sum = 0;
  }
  *largest = most;
  *sum += exponentials_of(scores, count, scale, most);
}

// What the sums over all blocks are multiplied by at the end. No score is then as low as softmax_block's bound unless all of them have
// overflowed downwards, or one is no number: nothing is known of their differences, and the result is no number either.
static inline __attribute__((always_inline)) float inverse_of_sum(float largest, float sum) {
  return largest > -FLT_MAX ? 1.0f / sum : __builtin_nanf("");
}
