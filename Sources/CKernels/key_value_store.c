// Writes one position's key and value into its place of a key-value block.
#include "CKernels.h"

void store_key_value(
    const float *restrict key, const float *restrict value, float *restrict block, long slot,
    long width) {
  float *values = block + width * KEY_VALUE_BLOCK + slot * width;
  for (long i = 0; i < width; i++) {
    block[i * KEY_VALUE_BLOCK + slot] = key[i];
    values[i] = value[i];
  }
}
