// Attention of queries that share their keys and values, which are cached in blocks of KEY_VALUE_BLOCK positions. Keys lie
// transposed inside a block, so that the scores of a block's positions are one or two vectors.
//
// A query's result does not depend on those beside it, and is rounded as in training: the same softmax over the same attention blocks, and
// sums in the order of block_product, or of bfloat16 numbers in that of tiles.
#include "CKernels.h"
#include "bfloat16_layout.h"
#include "bfloat16_number.h"
#include "flushing.h"
#include "kernel_clones.h"
#include "softmax_row.h"

_Static_assert(ATTENTION_BLOCK % KEY_VALUE_BLOCK == 0, "an attention block would begin within a block of the cache");
_Static_assert(ATTENTION_BLOCK % INNER_GROUP == 0, "a group of numbers that are summed would lie in two attention blocks");
_Static_assert(INNER_GROUP % KEY_VALUE_BLOCK == 0, "a block of the cache would lie in two groups");
_Static_assert(ATTENTION_BLOCK % ROW_MULTIPLE == 0, "scores of a query would run into those of the next");

#define KERNEL_TEXT "attention_tile.h"
#include "register_kinds.h"

void cached_attention(
    const float *restrict queries, long heads, float *const *restrict blocks, long key_offset,
    long count, long width, float scale, float *restrict out) {
  CHOSEN(attention)(queries, heads, blocks, key_offset, count, width, scale, out);
}

void cached_attention_bfloat16(
    const float *restrict queries, long heads, float *const *restrict blocks, long key_offset,
    long count, long width, float scale, float *restrict out) {
  CHOSEN(attention_of_pairs)(queries, heads, blocks, key_offset, count, width, scale, out);
}
