// Whether a thread counts numbers below the least normal one.
#pragma once
#include "kernel_clones.h"

#if LEVELS_OF_X86
#include <immintrin.h>
#endif

// Has this thread take numbers below the least normal one for 0, as the processors' own instructions do; returns what it did before.
static inline unsigned begin_flushing(void) {
#if LEVELS_OF_X86
  const unsigned before = _mm_getcsr(), flush_results = 1u << 15, flush_operands = 1u << 6;
  _mm_setcsr(before | flush_results | flush_operands);
  return before;
#else
  return 0;
#endif
}

static inline void end_flushing(unsigned before) {
#if LEVELS_OF_X86
  _mm_setcsr(before);
#else
  (void)before;
#endif
}
