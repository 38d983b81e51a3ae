// Attention of the queries that share keys and values over cached positions, for one kind of vector register: see
// register_kinds.h. LANES divides KEY_VALUE_BLOCK.
typedef float NAME(vector) __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

// Vectors of one block's positions.
#define IN_BLOCK (KEY_VALUE_BLOCK / LANES)
// Sums side by side hide the time that one addition takes: with MOST_SHARING queries twelve.
#define SIDE_BY_SIDE 4
// Blocks whose scores are taken together, at most.
#define TOGETHER (SIDE_BY_SIDE / IN_BLOCK)

// Pass 1, of some of the blocks that are left: the scores of their positions. Meanwhile as many of those after them are asked for, line by
// line: the cache rarely holds them, they lie apart, and a burst of requests would be waited for. Into the second level, since the first
// has no room.
static inline __attribute__((always_inline)) void NAME(scores)(
    const float *restrict queries, float *const *restrict blocks, long left, long key_offset, long width,
    float *restrict scores, const long heads, const long together) {
  NAME(vector) sums[MOST_SHARING][SIDE_BY_SIDE];
  const float *keys[TOGETHER];
  const char *next[TOGETHER];
#pragma clang loop unroll(full)
  for (long b = 0; b < together; b++) {
    keys[b] = blocks[b] + key_offset;
    next[b] = (const char *)(blocks[b + together < left ? b + together : b] + key_offset);
  }
#pragma clang loop unroll(full)
  for (long h = 0; h < heads; h++)
#pragma clang loop unroll(full)
    for (long s = 0; s < together * IN_BLOCK; s++) sums[h][s] = (NAME(vector)){0};
  for (long i = 0; i < width; i++) {
#pragma clang loop unroll(full)
    for (long b = 0; b < together; b++) {
      // Of keys and values, which follow them.
#pragma clang loop unroll(full)
      for (long line = 0; line < 2; line++, next[b] += CACHE_LINE) __builtin_prefetch(next[b], 0, 2);
    }
    float query[MOST_SHARING];
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++) query[h] = queries[h * width + i];
#pragma clang loop unroll(full)
    for (long s = 0; s < together * IN_BLOCK; s++) {
      const NAME(vector) k =
          *(const NAME(vector) *)(keys[s / IN_BLOCK] + i * KEY_VALUE_BLOCK + s % IN_BLOCK * LANES);
#pragma clang loop unroll(full)
      for (long h = 0; h < heads; h++) sums[h][s] += query[h] * k;
    }
  }
#pragma clang loop unroll(full)
  for (long h = 0; h < heads; h++)
#pragma clang loop unroll(full)
    for (long s = 0; s < together * IN_BLOCK; s++)
      *(NAME(vector) *)(scores + h * ATTENTION_BLOCK + s * LANES) = sums[h][s];
}

// Pass 3, of some vectors of columns: the sum of the values, weighted by p.
static inline __attribute__((always_inline)) void NAME(sums_of_values)(
    const float *restrict p, float *const *restrict blocks, long value_offset, long count, long width,
    float *restrict out, int accumulates, const long heads, const long vectors) {
  NAME(vector) sums[MOST_SHARING][SIDE_BY_SIDE];
#pragma clang loop unroll(full)
  for (long h = 0; h < heads; h++)
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++) sums[h][v] = (NAME(vector)){0};
  for (long first = 0; first < count; first += KEY_VALUE_BLOCK) {
    const float *values = blocks[first / KEY_VALUE_BLOCK] + value_offset;
    const long in_block = count - first < KEY_VALUE_BLOCK ? count - first : KEY_VALUE_BLOCK;
    for (long j = 0; j < in_block; j++) {
      float weight[MOST_SHARING];
#pragma clang loop unroll(full)
      for (long h = 0; h < heads; h++) weight[h] = p[h * ATTENTION_BLOCK + first + j];
#pragma clang loop unroll(full)
      for (long v = 0; v < vectors; v++) {
        const NAME(vector) value = *(const NAME(vector) *)(values + j * width + v * LANES);
#pragma clang loop unroll(full)
        for (long h = 0; h < heads; h++) sums[h][v] += weight[h] * value;
      }
    }
  }
#pragma clang loop unroll(full)
  for (long h = 0; h < heads; h++)
#pragma clang loop unroll(full)
    for (long v = 0; v < vectors; v++) {
      NAME(vector) *place = (NAME(vector) *)(out + h * width + v * LANES);
      *place = accumulates ? *place + sums[h][v] : sums[h][v];
    }
}

// All passes, an attention block after the other. `heads` is a constant where this is inlined, so that the sums stay in registers.
static inline __attribute__((always_inline)) void NAME(sharing)(
    const float *restrict queries, float *const *restrict blocks, long key_offset, long count,
    long width, float scale, float *restrict out, const long heads) {
  float p[MOST_SHARING * ATTENTION_BLOCK], largest[MOST_SHARING], sums[MOST_SHARING];
  const long block_count = (count + KEY_VALUE_BLOCK - 1) / KEY_VALUE_BLOCK;
  const long value_offset = key_offset + width * KEY_VALUE_BLOCK;
  for (long first = 0; first < count; first += ATTENTION_BLOCK) {
    const long positions = count - first < ATTENTION_BLOCK ? count - first : ATTENTION_BLOCK;
    float *const *part = blocks + first / KEY_VALUE_BLOCK;
    const long part_count = (positions + KEY_VALUE_BLOCK - 1) / KEY_VALUE_BLOCK;
    const long left = block_count - first / KEY_VALUE_BLOCK;
    const int accumulates = first > 0;
    // pass 1: scores
    long b = 0;
#define SCORES(together) \
  for (; b + (together) <= part_count; b += (together)) \
    NAME(scores)(queries, part + b, left - b, key_offset, width, p + b * KEY_VALUE_BLOCK, heads, together);
    SCORES(TOGETHER)
    if (TOGETHER > 2) SCORES(2)
    SCORES(1)
#undef SCORES
    // pass 2: probabilities, but for their sums
    for (long h = 0; h < heads; h++)
      softmax_block(
          p + h * ATTENTION_BLOCK, positions, scale, largest + h, sums + h, out + h * width, width, !accumulates);
    // pass 3: the weighted sum of the values
    long i = 0;
#define COLUMNS(vectors) \
  for (; i + (vectors) * LANES <= width; i += (vectors) * LANES) \
    NAME(sums_of_values)(p, part, value_offset + i, positions, width, out + i, accumulates, heads, vectors);
    COLUMNS(SIDE_BY_SIDE)
    COLUMNS(2)
    COLUMNS(1)
#undef COLUMNS
    // Columns that do not fill a vector.
    for (; i < width; i++)
      for (long h = 0; h < heads; h++) {
        float sum = 0;
        for (long j = 0; j < positions; j++)
          sum += p[h * ATTENTION_BLOCK + j] *
                 part[j / KEY_VALUE_BLOCK][value_offset + j % KEY_VALUE_BLOCK * width + i];
        float *place = out + h * width + i;
        *place = accumulates ? *place + sum : sum;
      }
  }
  for (long h = 0; h < heads; h++) {
    const float inverse = inverse_of_sum(largest[h], sums[h]);
    for (long i = 0; i < width; i++) out[h * width + i] *= inverse;
  }
}

ATTRIBUTES static void NAME(attention)(
    const float *restrict queries, long heads, float *const *restrict blocks, long key_offset,
    long count, long width, float scale, float *restrict out) {
  switch (heads) {
    case 1: return NAME(sharing)(queries, blocks, key_offset, count, width, scale, out, 1);
    case 2: return NAME(sharing)(queries, blocks, key_offset, count, width, scale, out, 2);
    default: return NAME(sharing)(queries, blocks, key_offset, count, width, scale, out, 3);
  }
}

#include "attention_bfloat16.h"

#undef IN_BLOCK
#undef SIDE_BY_SIDE
#undef TOGETHER
