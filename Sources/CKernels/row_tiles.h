// Rows in tiles whose sums stay in registers: of as many rows as there is room for and, at the end, of 4, 2 and 1. Each macro advances
// `r` up to `rows`, by take(count, are_first) of a constant count of rows from r on.
#pragma once

#define TAKE_ROWS(count, take) \
  for (; r + (count) <= rows; r += (count)) take(count, 0);

#define TAKE_ALL_ROWS(most, take) \
  TAKE_ROWS(most, take) \
  if ((most) > 4) TAKE_ROWS(4, take) \
  TAKE_ROWS(2, take) \
  TAKE_ROWS(1, take)

// The first tile, of r = 0, by itself: what all tiles read is read by it from memory.
#define TAKE_FIRST_ROWS(most, take) \
  if (rows >= (most)) { \
    take(most, 1); \
    r += (most); \
  } else if ((most) > 4 && rows >= 4) { \
    take(4, 1); \
    r += 4; \
  } else if (rows >= 2) { \
    take(2, 1); \
    r += 2; \
  } else if (rows >= 1) { \
    take(1, 1); \
    r += 1; \
  }

// How many tiles TAKE_ALL_ROWS takes.
static inline long tiles_of(long rows, long most) {
  const long rest = rows % most;
  return rows / most + rest / 4 + rest % 4 / 2 + rest % 2;
}
