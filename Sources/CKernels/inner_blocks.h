// In what order a product's sums are taken, whether its second factor was laid out beforehand or is on the way: sampler and trainer round
// alike.
#pragma once

// Inner numbers of a block, at most: a sum runs over a block's numbers in order, and over the blocks' sums in order. A panel of so many rows
// stays in the first-level cache, or nearly. Results depend on it.
#define INNER_BLOCK 256

// The size of parts of like size, each of at most so many.
static inline long like_parts(long count, long most) {
  const long parts = (count + most - 1) / most;
  return parts ? (count + parts - 1) / parts : 1;
}
