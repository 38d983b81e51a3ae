// Rows by a panel of bfloat16 numbers, multiplied as the float32 numbers that they are, for one kind of vector register: see
// register_kinds.h.
//
// Sums are taken as tiles of AMX take them (TDPBF16PS in Intel's manual), to the last bit: of a group's pairs, the first numbers and the
// second ones are summed apart, then both are added up, and that to what was there. Products are exact but where they vanish or overflow,
// so that only there it matters whether they are fused with a sum, as by FMA.
#define VECTORS (PANEL / LANES)
// Sums that stay in registers beside what they are made of.
#define SUMS_IN_REGISTERS (LANES == 16 ? 16 : 12)
typedef float NAME(vector) __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));
typedef uint32_t NAME(bits) __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

// sums [rows][VECTORS] += the first or the second numbers of some rows by those of a pair of the panel.
static inline __attribute__((always_inline)) void NAME(half_pair)(
    const float *restrict left, long distance, const uint32_t *restrict panel, NAME(vector) sums[][VECTORS],
    const long rows, const int is_second) {
  NAME(vector) w[VECTORS];
#pragma clang loop unroll(full)
  for (long v = 0; v < VECTORS; v++) {
    const NAME(bits) both = *(const NAME(bits) *)(panel + v * LANES);
    w[v] = (NAME(vector))(is_second ? both & 0xffff0000 : both << 16);
  }
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++) {
    const float number = left[r * distance + is_second];
#pragma clang loop unroll(full)
    for (long v = 0; v < VECTORS; v++) sums[r][v] += number * w[v];
  }
}

// out ← some rows by a panel, or out += them. `rows` is a constant where this is inlined, so that the sums stay in registers.
static inline __attribute__((always_inline)) void NAME(expanded_rows)(
    const float *restrict left, long distance, const uint32_t *restrict panel, long pairs,
    float *restrict out, long out_stride, int accumulates, const long rows, const int are_first) {
  for (long i = 0; i < pairs; i += INNER_GROUP / 2) {
    const float *numbers = left + 2 * i;
    NAME(vector) firsts[MOST_ROWS][VECTORS] = {0}, seconds[MOST_ROWS][VECTORS] = {0};
    if (2 * rows * VECTORS <= SUMS_IN_REGISTERS) {
      for (long p = 0; p < INNER_GROUP / 2; p++) {
        const uint32_t *both = panel + (i + p) * PANEL;
        if (are_first) fetch_ahead(both, LINES_OF(PANEL * sizeof(uint32_t)));
        NAME(half_pair)(numbers + 2 * p, distance, both, firsts, rows, 0);
        NAME(half_pair)(numbers + 2 * p, distance, both, seconds, rows, 1);
      }
    } else {
      for (long p = 0; p < INNER_GROUP / 2; p++) {
        if (are_first) fetch_ahead(panel + (i + p) * PANEL, LINES_OF(PANEL * sizeof(uint32_t)));
        NAME(half_pair)(numbers + 2 * p, distance, panel + (i + p) * PANEL, firsts, rows, 0);
      }
      for (long p = 0; p < INNER_GROUP / 2; p++)
        NAME(half_pair)(numbers + 2 * p, distance, panel + (i + p) * PANEL, seconds, rows, 1);
    }
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
      for (long v = 0; v < VECTORS; v++) {
        NAME(vector) *sum = (NAME(vector) *)(out + r * out_stride + v * LANES);
        const NAME(vector) before = accumulates || i > 0 ? *sum : (NAME(vector)){0};
        *sum = before + (firsts[r][v] + seconds[r][v]);
      }
  }
}

ATTRIBUTES static void NAME(expanded_panel)(
    const void *restrict left, long distance, long rows, const uint16_t *restrict panel, long pairs,
    float *restrict out, long out_stride, int accumulates) {
  long r = 0;
#define TILE(count, are_first) \
  NAME(expanded_rows)((const float *)left + r * distance, distance, (const uint32_t *)panel, pairs, \
                      out + r * out_stride, out_stride, accumulates, count, are_first)
  TAKE_FIRST_ROWS(MOST_ROWS, TILE)
  TAKE_ALL_ROWS(MOST_ROWS, TILE)
#undef TILE
}

#undef SUMS_IN_REGISTERS
#undef VECTORS
