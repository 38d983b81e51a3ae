// A bfloat16 number: the upper half of a float32 number.
#pragma once
#include <stdint.h>
#include <string.h>

// The bits of the nearest bfloat16 number, halves to even, in the lower half; NaN stays NaN.
static inline __attribute__((always_inline)) uint32_t rounded(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  // Half a unit in the last place, less one where the kept half is even, carries exactly where it should.
  const uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  // The carry could turn a NaN into an infinity; a NaN keeps its sign and becomes quiet.
  const uint32_t quiet = bits >> 16 | 0x40;
  return (bits & 0x7fffffff) > 0x7f800000 ? quiet : nearest;
}

static inline __attribute__((always_inline)) float expanded(uint32_t upper) {
  const uint32_t bits = upper << 16;
  float number;
  memcpy(&number, &bits, sizeof number);
  return number;
}
