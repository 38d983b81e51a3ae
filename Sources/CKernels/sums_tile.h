// Sums of products that stay in registers, for one kind of vector register: see register_kinds.h.

// Rows of a tile of some vectors, at most: 16 registers hold the sums of six rows by two vectors, or of four by three. 32 could hold more, but
// ten rows leave no tile of four to the last of 32.
#define TILE_ROWS(vectors) (LANES == 16 ? 8 : (vectors) > 2 ? 4 : 6)
// Of any tile.
#define MOST_TILE_ROWS 8
#define MOST_TILE_VECTORS 3
typedef float NAME(tile_vector) __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

// sums [rows][vectors] += the products of one inner number.
static inline __attribute__((always_inline)) void NAME(add_products)(
    const float *restrict a, long a_row, const float *restrict b, NAME(tile_vector) sums[][MOST_TILE_VECTORS],
    const long rows, const long vectors) {
  NAME(tile_vector) w[MOST_TILE_VECTORS];
#pragma clang loop unroll(full)
  for (long v = 0; v < vectors; v++) w[v] = *(const NAME(tile_vector) *)(b + v * LANES);
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++) {
    const float number = a[r * a_row];
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++) sums[r][v] += number * w[v];
  }
}

// c ← some rows of a by some vectors of b's columns, or c += them: sums run over the inner numbers in order. With each number `lines` lines
// of what comes next are asked for. What is declared const is constant where this is inlined, so that the sums stay in registers.
static inline __attribute__((always_inline)) void NAME(sums_tile)(
    const float *restrict a, long a_row, long a_inner, const float *restrict b, long b_stride, float *restrict c,
    long c_stride, long inner, int accumulates, const long rows, const long vectors,
    struct fetched_along next, const long lines) {
  NAME(tile_vector) sums[MOST_TILE_ROWS][MOST_TILE_VECTORS];
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++) sums[r][v] = (NAME(tile_vector)){0};
  if (lines > 0) {
    for (long i = 0; i < inner; i++) {
#pragma clang loop unroll(full)
      for (long line = 0; line < lines; line++) __builtin_prefetch(next.place + i * next.step + line * CACHE_LINE, 0, 2);
      NAME(add_products)(a + i * a_inner, a_row, b + i * b_stride, sums, rows, vectors);
    }
  } else {
    // Some at a time, so that counting and places take little of the time.
#pragma clang loop unroll_count(4)
    for (long i = 0; i < inner; i++)
      NAME(add_products)(a + i * a_inner, a_row, b + i * b_stride, sums, rows, vectors);
  }
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++) {
      NAME(tile_vector) *place = (NAME(tile_vector) *)(c + r * c_stride + v * LANES);
      *place = accumulates ? *place + sums[r][v] : sums[r][v];
    }
}
