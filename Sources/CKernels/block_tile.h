// Products of small matrices where they lie, for one kind of vector register: see register_kinds.h.

// 16 registers hold the sums of six rows by two vectors; 32 could hold more, but ten rows leave no tile of four to the last of 32.
#define BLOCK_ROWS (LANES == 16 ? 8 : 6)
typedef float NAME(block_vector) __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

// c ← some rows by some vectors of columns, or c += them. `rows` and `vectors` are constants where this is inlined, so that the sums stay
// in registers.
static inline __attribute__((always_inline)) void NAME(block_rows)(
    const float *restrict a, long a_row, long a_inner, const float *restrict b, long b_stride, float *restrict c,
    long c_stride, long inner, int accumulates, const long rows, const long vectors) {
  NAME(block_vector) sums[BLOCK_ROWS][2];
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++)
      sums[r][v] =
          accumulates ? *(const NAME(block_vector) *)(c + r * c_stride + v * LANES) : (NAME(block_vector)){0};
  for (long i = 0; i < inner; i++) {
    NAME(block_vector) w[2];
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++) w[v] = *(const NAME(block_vector) *)(b + i * b_stride + v * LANES);
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) {
      const float number = a[r * a_row + i * a_inner];
#pragma clang loop unroll(full)
      for (long v = 0; v < vectors; v++) sums[r][v] += number * w[v];
    }
  }
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++) *(NAME(block_vector) *)(c + r * c_stride + v * LANES) = sums[r][v];
}

// All rows by some vectors of columns.
static inline __attribute__((always_inline)) void NAME(block_columns)(
    const float *restrict a, long a_row, long a_inner, const float *restrict b, long b_stride, float *restrict c,
    long c_stride, long rows, long inner, int accumulates, const long vectors) {
  long r = 0;
#define TILE(count, are_first) \
  NAME(block_rows)(a + r * a_row, a_row, a_inner, b, b_stride, c + r * c_stride, c_stride, inner, accumulates, \
                   count, vectors)
  TAKE_ALL_ROWS(BLOCK_ROWS, TILE)
#undef TILE
}

ATTRIBUTES static void NAME(block_product)(
    const float *restrict a, long a_row, long a_inner, const float *restrict b, long b_stride, float *restrict c,
    long c_stride, long rows, long columns, long inner, int accumulates) {
  long first = 0;
#define COLUMNS(vectors) \
  for (; first + (vectors) * LANES <= columns; first += (vectors) * LANES) \
    NAME(block_columns)(a, a_row, a_inner, b + first, b_stride, c + first, c_stride, rows, inner, accumulates, vectors);
  COLUMNS(2)
  COLUMNS(1)
#undef COLUMNS
  // Columns that do not fill a vector.
  for (long r = 0; r < rows; r++)
    for (long column = first; column < columns; column++) {
      float sum = accumulates ? c[r * c_stride + column] : 0;
      for (long i = 0; i < inner; i++) sum += a[r * a_row + i * a_inner] * b[i * b_stride + column];
      c[r * c_stride + column] = sum;
    }
}

#undef BLOCK_ROWS
