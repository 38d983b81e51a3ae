// Rotary position embedding (Su et al., 2021) in the rotate-half layout: the pair (x[i], x[i + half]) turns by an angle.
// A rotation's gradient is the rotation back.
#include "CKernels.h"
#include "kernel_clones.h"

KERNEL void rotate_head(
    float *restrict x, const float *restrict cosine, const float *restrict sine, long half,
    float direction) {
  for (long i = 0; i < half; i++) {
    float a = x[i], b = x[i + half], s = sine[i] * direction;
    x[i] = a * cosine[i] - b * s;
    x[i + half] = b * cosine[i] + a * s;
  }
}
