// Between float32 and bfloat16, its upper half.
#include "CKernels.h"
#include "kernel_clones.h"

KERNEL void round_to_bfloat16(const float *restrict x, uint16_t *restrict y, long count) {
  for (long i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    // Half a unit in the last place, less one where the kept half is even, carries exactly where it should.
    const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    // The carry could turn a NaN into an infinity; a NaN keeps its sign and becomes quiet.
    const uint32_t quiet = bits >> 16 | 0x40;
    y[i] = (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
  }
}

KERNEL void expand_bfloat16(const uint16_t *restrict x, float *restrict y, long count) {
  for (long i = 0; i < count; i++) {
    const uint32_t bits = (uint32_t)x[i] << 16;
    memcpy(y + i, &bits, sizeof bits);
  }
}
