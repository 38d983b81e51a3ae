// One kernel, compiled for several levels of x86-64 and chosen when the program is loaded or runs.
//
// Float32 results are the same on every processor of level 3 or above: loops whose sums the compiler may take in an order of its own are
// KERNELs, of one text for all of these processors, and what is compiled for a kind of register (see register_kinds.h) adds up in an order
// that does not depend on it.
#pragma once
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define LEVELS_OF_X86 1
#define KERNEL __attribute__((target_clones("arch=x86-64-v3", "default")))
// Of what adds nothing up, or only in an order that its text fixes.
#define ORDERED_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
// Where sums should fill the vector registers, each level has a function of its own, included from a header: clones of one cannot
// differ in their text, and clang leaves too many sums of theirs in memory. Those named narrow_ have 16 registers of 8 numbers,
// those named wide_ 32 of 16: clang takes two of 8 for each of these unless it is told that they are legal.
#define NARROW __attribute__((target("arch=x86-64-v3")))
#define WIDE __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define IS_WIDE __builtin_cpu_supports("x86-64-v4")
#define CHOSEN(function) \
  (IS_WIDE ? wide_##function : __builtin_cpu_supports("x86-64-v3") ? narrow_##function : plain_##function)
#else
#define LEVELS_OF_X86 0
#define KERNEL
#define ORDERED_KERNEL
#define IS_WIDE 0
#define CHOSEN(function) plain_##function
#endif

// Bytes that memory is fetched by.
#define CACHE_LINE 64

// Sums may be taken in another order, so that they vectorise. The order is fixed when the kernel is compiled.
#define REASSOCIATE _Pragma("clang fp reassociate(on)")
// The same, with products rounded before anything is subtracted from them: where that is their own largest one, rounded, the difference is
// then 0, however huge they are.
#define REASSOCIATE_ROUNDED _Pragma("clang fp reassociate(on) contract(off)")

// exp(x) within 2 units in the last place for −87 ≤ x ≤ 88, clamped outside, NaN for NaN; branch-free, so that loops
// vectorise.
// Cody and Waite reduction to |r| ≤ ln 2 / 2, then a polynomial with the coefficients of Cephes' expf.
static inline __attribute__((always_inline)) float fast_exp(float argument) {
  // Comparisons that NaN fails leave it at the bound: converting it to an integer would be undefined.
  float x = argument > -87.0f ? argument : -87.0f;
  x = x < 88.0f ? x : 88.0f;
  // Adding 1.5 · 2²³ rounds to the nearest integer, which is then the sum's last bits.
  const float shift = 12582912.0f;
  float shifted = x * 1.44269504088896341f + shift;
  float whole = shifted - shift;
  float r = x - whole * 0.693359375f + whole * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23) + (127u << 23);
  float factor;
  memcpy(&factor, &bits, sizeof factor);
  return argument != argument ? argument : p * factor;
}
