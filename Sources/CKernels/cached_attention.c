// Attention of queries that share their keys and values, which are cached in blocks of KEY_VALUE_BLOCK positions. Keys lie
// transposed inside a block, so that the scores of a block's positions are one or two vectors.
//
// A query's result does not depend on those beside it.
#include "CKernels.h"
#include "kernel_clones.h"
#include "softmax_row.h"

// Several sums side by side hide the time that one addition takes: with MOST_SHARING queries, twelve.
#define PARTIAL_SUMS 4

// A query's scores end where a block does, and have room for whole vectors there.
_Static_assert(KEY_VALUE_BLOCK % ROW_MULTIPLE == 0, "scores of a query would run into those of the next");

#define KERNEL_TEXT "attention_tile.h"
#include "register_kinds.h"

void cached_attention(
    const float *restrict queries, long heads, float *const *restrict blocks, long key_offset,
    long count, long width, float scale, float *restrict scratch, float *restrict out) {
  CHOSEN(attention)(queries, heads, blocks, key_offset, count, width, scale, scratch, out);
}
