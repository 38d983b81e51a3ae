// Weights that are read once, from end to end, are asked for before they are needed: with few rows a product waits for them.
#pragma once
#include "kernel_clones.h"

#define FETCHED_AHEAD 8192
#define LINES_OF(bytes) (((bytes) + CACHE_LINE - 1) / CACHE_LINE)

// Asks for so many lines from FETCHED_AHEAD bytes after a place on, into the second-level cache: the first has no room.
static inline __attribute__((always_inline)) void fetch_ahead(const void *place, const long lines) {
#pragma clang loop unroll(full)
  for (long line = 0; line < lines; line++)
    __builtin_prefetch((const char *)place + FETCHED_AHEAD + line * CACHE_LINE, 0, 2);
}

// Where to ask for lines while a sum runs over its inner numbers: from `place` on, and `step` bytes further with each number.
struct fetched_along {
  const char *place;
  long step;
};
#define NOTHING_FETCHED (struct fetched_along){0}

// Lines of the rows of a matrix that are asked for bit by bit.
struct lines_to_fetch {
  const char *row;
  long stride, rows, lines, line;
};

// Of `rows` times `width` numbers.
static inline struct lines_to_fetch lines_of(const float *place, long stride, long rows, long width) {
  return (struct lines_to_fetch){
      (const char *)place, stride * (long)sizeof(float), rows, LINES_OF(width * sizeof(float)), 0};
}

// Asks for so many more of them, into the second-level cache.
static inline __attribute__((always_inline)) void fetch_some(struct lines_to_fetch *left, long count) {
  for (; count > 0 && left->rows > 0; count--) {
    __builtin_prefetch(left->row + left->line * CACHE_LINE, 0, 2);
    if (++left->line < left->lines) continue;
    left->line = 0;
    left->row += left->stride;
    left->rows--;
  }
}
