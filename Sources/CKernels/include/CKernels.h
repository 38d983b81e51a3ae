// Vector kernels that are faster in C than in Swift. Each lies in one file with its gradient below it.
//
// All matrices are row-major float32; a stride is the distance of two rows, in elements. Gradients accumulate (+=)
// unless a comment says otherwise. Nothing here checks bounds: the Swift library Kernels does.
#pragma once
#include <stdint.h>

// y = x · w / √(mean(x²) + epsilon); keeps 1 / √(…) of each row, unless inverse_rms is null.
void rms_norm(
    const float *x, long x_stride, const float *w, float *y, long y_stride, float *inverse_rms,
    long rows, long width, float epsilon);
void rms_norm_gradient(
    const float *dy, long dy_stride, const float *x, long x_stride, const float *w,
    const float *inverse_rms, float *dx, long dx_stride, float *dw, long rows, long width);

// Rotates the pairs (i, i + half) of a head by a position's angles; direction is 1 forwards and −1 for the gradient.
void rotate_head(float *x, const float *cosine, const float *sine, long half, float direction);

// out = silu(gate) · up, where each row of gate_up is gate, then up.
void swiglu(const float *gate_up, float *out, long rows, long width);
// Overwrites d_gate_up, and writes out again (cheaper than keeping it).
void swiglu_gradient(
    const float *gate_up, const float *d_out, float *d_gate_up, float *out, long rows, long width);

// c = a · b, or c += a · b, of matrices that stay in the cache. The number (r, i) of a lies at a_row · r + a_inner · i.
void block_product(
    const float *a, long a_row, long a_inner, const float *b, long b_stride, float *c, long c_stride, long rows,
    long columns, long inner, int accumulates);
// The same of matrices of any size. a is [rows, inner], or [inner, rows] where it is transposed; b is [inner, columns], or [columns, inner].
// inner > 0; `room` holds matrix_product_room() numbers. A number of c does not depend on the other rows and columns.
void matrix_product(
    const float *a, long a_stride, int a_is_transposed, const float *b, long b_stride, int b_is_transposed, float *c,
    long c_stride, long rows, long columns, long inner, int accumulates, float *room);
long matrix_product_room(int a_is_transposed);
// out [columns, rows] ← the transpose of a [rows, columns].
void transpose(const float *a, long stride, long rows, long columns, float *out, long out_stride);

// Positions whose keys meet a query together, at most: a softmax grows from one such block to the next. Results depend on it.
#define ATTENTION_BLOCK 256
// Softmax over blocks of keys, one after the other. Row r of scores becomes exp(score · scale − largest[r]) over its first
// `first_count + r` columns, 0 after them; largest, sums and what `out` holds of the blocks before are scaled to the largest score yet,
// but for the first block, which sets them. Rows have room up to a multiple of 16 numbers.
void causal_softmax(
    float *scores, long stride, long rows, long first_count, long columns, float scale,
    float *largest, float *sums, float *out, long out_stride, long width, int is_first);
// After all blocks: out is divided by the sums, and the largest scores become the logs of the sums of exp(score · scale).
void causal_softmax_end(
    float *out, long out_stride, long rows, long width, const float *sums, float *largest);
// Scores become probabilities once more: exp(score · scale − log_sum). Rows have room as above.
void causal_softmax_again(
    float *scores, long stride, long rows, long first_count, long columns, float scale, const float *log_sum);
// d_scores ← p · (d_p − Σ d_out · out) · scale, in place of d_p.
void causal_softmax_gradient(
    const float *p, float *d_p, long stride, const float *d_out, const float *out, long out_stride,
    long rows, long columns, long width, float scale);

// Of softmax(logits · inverse_temperature), what a part of a row contributes. sums ← the largest z = logit · inverse_temperature,
// Σ exp(z − largest), Σ exp(z − largest) · (z − largest).
void partial_sums(const float *logits, long count, float inverse_temperature, float *sums);
// logits ← the gradient of d_log_probability · log p[target] + d_entropy · entropy with respect to a part of a row's logits,
// without the target's own d_log_probability · inverse_temperature.
void log_probability_gradient(
    float *logits, long count, float inverse_temperature, float log_sum, float d_log_probability,
    float d_entropy, float entropy);
// out ← softmax(logits · inverse_temperature).
void softmax(
    const float *logits, float *out, long count, float inverse_temperature, float log_sum);

// y += x.
void add_into(float *y, const float *x, long count);
// Each row of y += bias.
void add_bias(float *y, long stride, const float *bias, long rows, long width);
// bias += the sum of the rows of y.
void add_bias_gradient(const float *y, long stride, float *d_bias, long rows, long width);

// Positions of a key-value block, which holds keys as [width][positions] and values as [positions][width].
#define KEY_VALUE_BLOCK 16
// Queries that one call computes together, at most.
#define MOST_SHARING 3
// Queries [heads, width] that share their keys and values, against the first `count` cached positions. blocks[i] + key_offset is
// a block's keys, and its values lie width · KEY_VALUE_BLOCK after them. 1 ≤ heads ≤ MOST_SHARING.
void cached_attention(
    const float *queries, long heads, float *const *blocks, long key_offset, long count, long width,
    float scale, float *out);
// Writes one position's key and value; block points to the keys of its layer and head, slot is the position inside.
void store_key_value(const float *key, const float *value, float *block, long slot, long width);

// The same of bfloat16 numbers, which take half of a block: keys, values and probabilities are rounded, queries have been. Sums are those of
// bfloat16_multiply by tiles. The width is even.
void cached_attention_bfloat16(
    const float *queries, long heads, float *const *blocks, long key_offset, long count, long width,
    float scale, float *out);
void store_key_value_bfloat16(const float *key, const float *value, float *block, long slot, long width);

// Outputs of one panel of packed weights on this processor.
long panel_width(void);
// Lays w [outputs, inputs] out in panels: [outputs / panel width, rounded up][inputs][panel width].
void pack_panels(const float *w, long stride, long outputs, long inputs, float *panels);
// y = x · wᵀ, or y += x · wᵀ, with w in panels. rows, inputs > 0. A row's result does not depend on the other rows, and is matrix_product's.
void packed_product(
    const float *x, long x_stride, long rows, const float *panels, long inputs, float *y,
    long y_stride, long outputs, int accumulates);

// Products of bfloat16 numbers, the upper halves of float32 numbers, summed in float32; by the arithmetic that a processor has. Numbers below
// the least normal one count as 0.
typedef enum {
  // As the float32 numbers that they are, in the order of tiles: on any processor.
  BFLOAT16_EXPANDED,
  // In pairs, whose order is another: AVX512-BF16.
  BFLOAT16_PAIRS,
  // In tiles: AMX-BF16.
  BFLOAT16_TILES,
  // By oneDNN, where it was found.
  BFLOAT16_BY_ONEDNN
} bfloat16_way;
int bfloat16_way_is_available(bfloat16_way way);
// What oneDNN lacks.
typedef enum {
  ONEDNN_LACKS_NOTHING,
  // This program was compiled without its header.
  ONEDNN_LACKS_HEADER,
  // The library that belongs to the header was not found.
  ONEDNN_LACKS_LIBRARY,
  // It multiplies no bfloat16 numbers fast on this processor.
  ONEDNN_LACKS_INSTRUCTIONS
} onednn_state;
onednn_state bfloat16_onednn_state(void);

// Rounds numbers to the nearest, halves to even; NaN stays NaN.
void bfloat16_round(float *numbers, long count);
// Factors are rounded likewise. The first, a [rows, inner], or its transpose [inner, rows], takes
// so many bytes:
long bfloat16_left_size(long rows, long inner, bfloat16_way way);
void bfloat16_pack_left(
    const float *a, long stride, int is_transposed, long rows, long inner, bfloat16_way way, void *left);
// The second, b [inner, columns], or its transpose [columns, inner], takes so many numbers:
long bfloat16_panels_count(long inner, long columns, bfloat16_way way);
void bfloat16_pack_panels(
    const float *b, long stride, int is_transposed, long inner, long columns, bfloat16_way way, uint16_t *panels);
// c = a · b, or c += a · b, of some of b's columns, which begin a panel, and its first inner numbers: but by oneDNN a may have fewer than
// b's `panel_inner`. Returns 0, or oneDNN's status where it failed.
int bfloat16_multiply(
    const void *left, long rows, long inner, bfloat16_way way, const uint16_t *panels, long panel_inner, long all_columns,
    long first, long columns, float *c, long c_stride, int accumulates);

// Tells the processor that this thread only looks out for another one.
static inline void pause_spinning(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
