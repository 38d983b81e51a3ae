// Gated unit (Shazeer, 2020): out = silu(g) · u, silu(g) = g · σ(g), σ(g) = 1 / (1 + exp(−g)).
#include "CKernels.h"
#include "kernel_clones.h"

ORDERED_KERNEL void swiglu(
    const float *restrict gate_up, float *restrict out, long rows, long width) {
  for (long t = 0; t < rows; t++) {
    const float *gate = gate_up + t * 2 * width, *up = gate + width;
    float *row = out + t * width;
    for (long i = 0; i < width; i++) row[i] = gate[i] / (1.0f + fast_exp(-gate[i])) * up[i];
  }
}

ORDERED_KERNEL void swiglu_gradient(
    const float *restrict gate_up, const float *restrict d_out, float *restrict d_gate_up,
    float *restrict out, long rows, long width) {
  for (long t = 0; t < rows; t++) {
    const float *gate = gate_up + t * 2 * width, *up = gate + width;
    const float *d_row = d_out + t * width;
    float *d_gate = d_gate_up + t * 2 * width, *d_up = d_gate + width;
    float *row = out + t * width;
    for (long i = 0; i < width; i++) {
      float sigmoid = 1.0f / (1.0f + fast_exp(-gate[i]));
      float silu = gate[i] * sigmoid;
      row[i] = silu * up[i];
      d_up[i] = d_row[i] * silu;
      // silu′(g) = σ + g · σ · (1 − σ)
      d_gate[i] = d_row[i] * up[i] * (sigmoid + silu * (1.0f - sigmoid));
    }
  }
}
