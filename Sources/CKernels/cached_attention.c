// Attention of one query over cached keys and values, in blocks of KEY_VALUE_BLOCK positions.
// Keys lie transposed inside a block, so that the scores of a block's positions are one vector.
#include "CKernels.h"
#include "kernel_clones.h"

KERNEL void cached_attention(
    const float *restrict query, float *const *restrict blocks, long key_offset, long count,
    long width, float scale, float *restrict scratch, float *restrict out) {
  REASSOCIATE
  long block_count = (count + KEY_VALUE_BLOCK - 1) / KEY_VALUE_BLOCK;
  // pass 1: scores
  for (long b = 0; b < block_count; b++) {
    const float *keys = blocks[b] + key_offset;
    float sums[KEY_VALUE_BLOCK] = {0};
    for (long i = 0; i < width; i++) {
      float q = query[i];
      for (long j = 0; j < KEY_VALUE_BLOCK; j++) sums[j] += q * keys[i * KEY_VALUE_BLOCK + j];
    }
    for (long j = 0; j < KEY_VALUE_BLOCK; j++) scratch[b * KEY_VALUE_BLOCK + j] = sums[j] * scale;
  }
  // pass 2: softmax, its division left to the end
  float largest = scratch[0];
  for (long j = 1; j < count; j++) largest = scratch[j] > largest ? scratch[j] : largest;
  float sum = 0;
  for (long j = 0; j < count; j++) {
    float e = fast_exp(scratch[j] - largest);
    scratch[j] = e;
    sum += e;
  }
  // pass 3: the weighted mean of the values
  for (long i = 0; i < width; i++) out[i] = 0;
  for (long b = 0; b < block_count; b++) {
    const float *values = blocks[b] + key_offset + width * KEY_VALUE_BLOCK;
    long in_block = count - b * KEY_VALUE_BLOCK;
    if (in_block > KEY_VALUE_BLOCK) in_block = KEY_VALUE_BLOCK;
    for (long j = 0; j < in_block; j++) {
      float p = scratch[b * KEY_VALUE_BLOCK + j];
      for (long i = 0; i < width; i++) out[i] += p * values[j * width + i];
    }
  }
  float inverse = 1.0f / sum;
  for (long i = 0; i < width; i++) out[i] *= inverse;
}
