// Rows by a panel of bfloat16 numbers, multiplied as the float32 numbers that they are, for one kind of vector register: see
// register_kinds.h.
#define VECTORS (PANEL / LANES)
typedef float NAME(vector) __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));
typedef uint32_t NAME(bits) __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

// out ← some rows by a panel, or out += them. `rows` is a constant where this is inlined, so that the sums stay in registers.
static inline __attribute__((always_inline)) void NAME(expanded_rows)(
    const float *restrict left, long distance, const uint32_t *restrict panel, long pairs,
    float *restrict out, long out_stride, int accumulates, const long rows) {
  NAME(vector) sums[MOST_ROWS][VECTORS];
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long v = 0; v < VECTORS; v++)
      sums[r][v] = accumulates ? *(const NAME(vector) *)(out + r * out_stride + v * LANES) : (NAME(vector)){0};
  for (long p = 0; p < pairs; p++, panel += PANEL) {
#pragma clang loop unroll(full)
    for (long half = 0; half < 2; half++) {
      NAME(vector) w[VECTORS];
#pragma clang loop unroll(full)
      for (long v = 0; v < VECTORS; v++) {
        const NAME(bits) both = *(const NAME(bits) *)(panel + v * LANES);
        w[v] = (NAME(vector))(half ? both & 0xffff0000 : both << 16);
      }
#pragma clang loop unroll(full)
      for (long r = 0; r < rows; r++) {
        const float number = left[r * distance + 2 * p + half];
#pragma clang loop unroll(full)
        for (long v = 0; v < VECTORS; v++) sums[r][v] += number * w[v];
      }
    }
  }
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long v = 0; v < VECTORS; v++) *(NAME(vector) *)(out + r * out_stride + v * LANES) = sums[r][v];
}

ATTRIBUTES static void NAME(expanded_panel)(
    const void *restrict left, long distance, long rows, const uint16_t *restrict panel, long pairs,
    float *restrict out, long out_stride, int accumulates) {
  long r = 0;
#define TILE(count, are_first) \
  NAME(expanded_rows)((const float *)left + r * distance, distance, (const uint32_t *)panel, pairs, \
                      out + r * out_stride, out_stride, accumulates, count)
  TAKE_ALL_ROWS(MOST_ROWS, TILE)
#undef TILE
}

#undef VECTORS
