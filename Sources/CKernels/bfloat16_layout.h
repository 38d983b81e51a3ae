// How the factors of a bfloat16 product lie in memory.
#pragma once
#include "CKernels.h"

// Numbers that are summed come in groups of so many, the last filled with zeros: as many as one row of a tile of AMX holds.
#define INNER_GROUP 32
static inline long padded_inner(long inner) { return (inner + INNER_GROUP - 1) / INNER_GROUP * INNER_GROUP; }

// Rows of a left factor come in groups of so many, the last filled with zeros: as many as a tile of AMX holds.
#define ROW_GROUP 16
static inline long padded_rows(long rows) { return (rows + ROW_GROUP - 1) / ROW_GROUP * ROW_GROUP; }

// Distance of two rows of a left factor, in numbers. Our own ways have a group more than they need, since rows at distances of a power of two
// would have to share a few lines of the cache.
static inline long left_stride(long inner, bfloat16_way way) {
  return padded_inner(inner) + (way == BFLOAT16_BY_ONEDNN ? 0 : INNER_GROUP);
}
