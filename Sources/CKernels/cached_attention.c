// Attention of one query over cached keys and values, in blocks of KEY_VALUE_BLOCK positions.
// Keys lie transposed inside a block, so that the scores of a block's positions are one vector.
#include "CKernels.h"
#include "kernel_clones.h"

// One number for each position of a block. Loads need no alignment.
typedef float block_vector __attribute__((vector_size(KEY_VALUE_BLOCK * sizeof(float)), aligned(4)));

// Several sums side by side hide the time that one addition takes.
#define PARTIAL_SUMS 4

KERNEL void cached_attention(
    const float *restrict query, float *const *restrict blocks, long key_offset, long count,
    long width, float scale, float *restrict scratch, float *restrict out) {
  REASSOCIATE
  const long block_count = (count + KEY_VALUE_BLOCK - 1) / KEY_VALUE_BLOCK;
  // pass 1: scores
  for (long b = 0; b < block_count; b++) {
    const float *keys = blocks[b] + key_offset;
    // The cache rarely holds what comes next, and blocks lie apart: ask for it early.
    const float *values = keys + width * KEY_VALUE_BLOCK;
    const float *next_keys = blocks[b + 1 < block_count ? b + 1 : b] + key_offset;
    block_vector sums[PARTIAL_SUMS] = {{0}};
    long i = 0;
    for (; i + PARTIAL_SUMS <= width; i += PARTIAL_SUMS)
#pragma clang loop unroll(full)
      for (long s = 0; s < PARTIAL_SUMS; s++) {
        __builtin_prefetch(next_keys + (i + s) * KEY_VALUE_BLOCK);
        __builtin_prefetch(values + (i + s) * KEY_VALUE_BLOCK);
        sums[s] += query[i + s] * *(const block_vector *)(keys + (i + s) * KEY_VALUE_BLOCK);
      }
    for (; i < width; i++) sums[0] += query[i] * *(const block_vector *)(keys + i * KEY_VALUE_BLOCK);
    *(block_vector *)(scratch + b * KEY_VALUE_BLOCK) =
        ((sums[0] + sums[1]) + (sums[2] + sums[3])) * scale;
  }
  // pass 2: softmax, its division left to the end; positions beyond the last count as nothing
  float largest = scratch[0];
  for (long j = 1; j < count; j++) largest = scratch[j] > largest ? scratch[j] : largest;
  float sum = 0;
  for (long j = 0; j < count; j++) {
    float e = fast_exp(scratch[j] - largest);
    scratch[j] = e;
    sum += e;
  }
  const float inverse = 1.0f / sum;
  // pass 3: the weighted mean of the values, KEY_VALUE_BLOCK columns at a time
  long i = 0;
  for (; i + KEY_VALUE_BLOCK <= width; i += KEY_VALUE_BLOCK) {
    block_vector sums[PARTIAL_SUMS] = {{0}};
    for (long b = 0; b < block_count; b++) {
      const float *values = blocks[b] + key_offset + width * KEY_VALUE_BLOCK + i;
      const float *p = scratch + b * KEY_VALUE_BLOCK;
      const long left = count - b * KEY_VALUE_BLOCK;
      const long in_block = left < KEY_VALUE_BLOCK ? left : KEY_VALUE_BLOCK;
      long j = 0;
      for (; j + PARTIAL_SUMS <= in_block; j += PARTIAL_SUMS)
#pragma clang loop unroll(full)
        for (long s = 0; s < PARTIAL_SUMS; s++)
          sums[s] += p[j + s] * *(const block_vector *)(values + (j + s) * width);
      for (; j < in_block; j++) sums[0] += p[j] * *(const block_vector *)(values + j * width);
    }
    *(block_vector *)(out + i) = ((sums[0] + sums[1]) + (sums[2] + sums[3])) * inverse;
  }
  for (; i < width; i++) {
    float total = 0;
    for (long j = 0; j < count; j++) {
      const float *values = blocks[j / KEY_VALUE_BLOCK] + key_offset + width * KEY_VALUE_BLOCK;
      total += scratch[j] * values[j % KEY_VALUE_BLOCK * width + i];
    }
    out[i] = total * inverse;
  }
}
