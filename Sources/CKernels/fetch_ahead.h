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
