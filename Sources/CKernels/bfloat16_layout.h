// How the factors of a bfloat16 product lie in memory.
#pragma once
#include "CKernels.h"

// Numbers that are summed come in groups of so many, the last filled with zeros: as many as one row of a tile of AMX holds.
#define INNER_GROUP 32
static inline long padded_inner(long inner) { return (inner + INNER_GROUP - 1) / INNER_GROUP * INNER_GROUP; }

// Rows of a left factor come in groups of so many, the last filled with zeros: as many as a tile of AMX holds.
#define ROW_GROUP 16
static inline long padded_rows(long rows) { return (rows + ROW_GROUP - 1) / ROW_GROUP * ROW_GROUP; }

// Distance of two rows of a left factor, in numbers. A group more than they need, since rows at distances of a power of two would have to share
// a few lines of the cache.
static inline long left_stride(long inner) { return padded_inner(inner) + INNER_GROUP; }

// Panels of the second factor that so many columns take.
static inline long padded_columns(long columns, long width) { return (columns + width - 1) / width * width; }

// oneDNN sums in an order that depends on a product's shape, but where it is neither long nor short: found by trying, and tested. So factors
// come to it in parts of their inner numbers, one after the other, each as both would lie if there were no others; rows have no gaps.
#define ONEDNN_MOST_INNER 768
#define ONEDNN_FEWEST_INNER 192
static inline long onednn_part(long inner) {
  const long parts = (inner + ONEDNN_MOST_INNER - 1) / ONEDNN_MOST_INNER;
  const long part = parts ? padded_inner((inner + parts - 1) / parts) : 0;
  return part < ONEDNN_FEWEST_INNER ? ONEDNN_FEWEST_INNER : part;
}
static inline long onednn_parts(long inner) { return (inner + onednn_part(inner) - 1) / onednn_part(inner); }
