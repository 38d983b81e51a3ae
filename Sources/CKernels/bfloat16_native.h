// Rows by a panel of bfloat16 numbers, by the instructions that some processors have for them. Panels are WIDE_PANEL wide.
#pragma once
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bfloat16_layout.h"
#include "fetch_ahead.h"
#include "panel_widths.h"
#include "row_tiles.h"

// Of vectors, AVX512-BF16: a number of the sums gains a pair's two products at a time.
#define PAIRS __attribute__((target("arch=x86-64-v4,avx512bf16")))
#define MOST_ROWS_OF_PAIRS 8

// out ← some rows by a panel, or out += them. `rows` is a constant where this is inlined, so that the sums stay in registers.
PAIRS static inline __attribute__((always_inline)) void pairs_rows(
    const uint16_t *restrict left, long distance, const uint16_t *restrict panel, long pairs,
    float *restrict out, long out_stride, int accumulates, const long rows, const int are_first) {
  __m512 sums[MOST_ROWS_OF_PAIRS][2];
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long v = 0; v < 2; v++)
      sums[r][v] = accumulates ? _mm512_loadu_ps(out + r * out_stride + 16 * v) : _mm512_setzero_ps();
  for (long p = 0; p < pairs; p++, panel += 2 * WIDE_PANEL) {
    if (are_first) fetch_ahead(panel, LINES_OF(4 * WIDE_PANEL));
    const __m512bh first = (__m512bh)_mm512_loadu_si512(panel);
    const __m512bh second = (__m512bh)_mm512_loadu_si512(panel + WIDE_PANEL);
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) {
      int32_t both;
      memcpy(&both, left + r * distance + 2 * p, sizeof both);
      const __m512bh x = (__m512bh)_mm512_set1_epi32(both);
      sums[r][0] = _mm512_dpbf16_ps(sums[r][0], x, first);
      sums[r][1] = _mm512_dpbf16_ps(sums[r][1], x, second);
    }
  }
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (long v = 0; v < 2; v++) _mm512_storeu_ps(out + r * out_stride + 16 * v, sums[r][v]);
}

PAIRS static void pairs_panel(
    const void *restrict left, long distance, long rows, const uint16_t *restrict panel, long pairs,
    float *restrict out, long out_stride, int accumulates) {
  long r = 0;
#define TILE(count, are_first) \
  pairs_rows((const uint16_t *)left + r * distance, distance, panel, pairs, out + r * out_stride, out_stride, \
             accumulates, count, are_first)
  TAKE_FIRST_ROWS(MOST_ROWS_OF_PAIRS, TILE)
  TAKE_ALL_ROWS(MOST_ROWS_OF_PAIRS, TILE)
#undef TILE
}

// Of tiles, AMX: registers of 16 rows of 64 bytes, which are 16 float32 sums or 32 bfloat16 numbers.
#define TILES __attribute__((target("arch=x86-64-v4,amx-tile,amx-bf16")))

// The system gives a process the memory that these registers need when it asks for it.
static int may_use_tiles(void) {
  const long request_permission = 0x1023, tile_data = 18;
  unsigned a, b, c, d;
  __asm__("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(0));
  const unsigned bf16 = 1u << 22, tile = 1u << 24;
  return (d & bf16) && (d & tile) && !syscall(SYS_arch_prctl, request_permission, tile_data);
}

TILES static void begin_tiles(void) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } shapes = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) {
    shapes.row_bytes[tile] = 64;
    shapes.rows[tile] = ROW_GROUP;
  }
  _tile_loadconfig(&shapes);
}

TILES static void end_tiles(void) { _tile_release(); }

// One or two groups of rows by a panel. Tiles 0 to 3 are sums, 4 and 5 rows, 6 and 7 the halves of the panel.
TILES static inline __attribute__((always_inline)) void tiles_rows(
    const uint16_t *left, long distance, const uint16_t *panel, long pairs, float *out, long out_stride,
    int accumulates, const int are_two, const int are_first) {
  const long out_bytes = out_stride * (long)sizeof(float), left_bytes = distance * (long)sizeof(uint16_t);
  float *below = out + ROW_GROUP * out_stride;
  if (accumulates) {
    _tile_loadd(0, out, out_bytes);
    _tile_loadd(1, out + 16, out_bytes);
    if (are_two) {
      _tile_loadd(2, below, out_bytes);
      _tile_loadd(3, below + 16, out_bytes);
    }
  } else {
    _tile_zero(0);
    _tile_zero(1);
    if (are_two) {
      _tile_zero(2);
      _tile_zero(3);
    }
  }
  for (long i = 0; i < 2 * pairs; i += INNER_GROUP) {
    // A burst of requests would be waited for before the next product begins.
#define ASK_AHEAD(quarter) \
  if (are_first) \
    fetch_ahead(panel + (i + (quarter) * INNER_GROUP / 4) * WIDE_PANEL, LINES_OF(2 * INNER_GROUP * WIDE_PANEL) / 4)
    ASK_AHEAD(0);
    _tile_loadd(6, panel + i * WIDE_PANEL, 4 * WIDE_PANEL);
    _tile_loadd(4, left + i, left_bytes);
    ASK_AHEAD(1);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, panel + i * WIDE_PANEL + 32, 4 * WIDE_PANEL);
    ASK_AHEAD(2);
    _tile_dpbf16ps(1, 4, 7);
    if (are_two) _tile_loadd(5, left + ROW_GROUP * distance + i, left_bytes);
    ASK_AHEAD(3);
#undef ASK_AHEAD
    if (are_two) {
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, out, out_bytes);
  _tile_stored(1, out + 16, out_bytes);
  if (are_two) {
    _tile_stored(2, below, out_bytes);
    _tile_stored(3, below + 16, out_bytes);
  }
}

// Whole groups of rows.
TILES static void tiles_panel(
    const void *left, long distance, long rows, const uint16_t *panel, long pairs, float *out, long out_stride,
    int accumulates) {
  long r = 0;
#define SOME(are_two, are_first) \
  tiles_rows((const uint16_t *)left + r * distance, distance, panel, pairs, out + r * out_stride, out_stride, \
             accumulates, are_two, are_first)
  if (rows >= 2 * ROW_GROUP) {
    SOME(1, 1);
    r += 2 * ROW_GROUP;
  } else {
    SOME(0, 1);
    r += ROW_GROUP;
  }
  for (; r + 2 * ROW_GROUP <= rows; r += 2 * ROW_GROUP) SOME(1, 0);
  if (r < rows) SOME(0, 0);
#undef SOME
}
