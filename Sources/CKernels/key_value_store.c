// Writes one position's key and value into its place of a key-value block.
#include "CKernels.h"
#include "bfloat16_number.h"

void store_key_value(
    const float *restrict key, const float *restrict value, float *restrict block, long slot,
    long width) {
  float *values = block + width * KEY_VALUE_BLOCK + slot * width;
  for (long i = 0; i < width; i++) {
    block[i * KEY_VALUE_BLOCK + slot] = key[i];
    values[i] = value[i];
  }
}

typedef uint16_t half __attribute__((may_alias));

void store_key_value_bfloat16(
    const float *restrict key, const float *restrict value, float *restrict block, long slot,
    long width) {
  half *keys = (half *)block, *values = keys + (width * KEY_VALUE_BLOCK + slot / 2 * 2 * width);
  for (long i = 0; i < width; i++) {
    keys[(i / 2 * KEY_VALUE_BLOCK + slot) * 2 + i % 2] = (uint16_t)rounded(key[i]);
    values[2 * i + slot % 2] = (uint16_t)rounded(value[i]);
  }
}
