// The sums of attention over cached bfloat16 numbers, for one kind of vector register: see register_kinds.h. They are taken as tiles take
// them (see bfloat16_expanded.h), so that they are those of bfloat16_multiply.
//
// Numbers that are multiplied after each other lie side by side: a block's keys are [width / 2][KEY_VALUE_BLOCK][2], its values
// [KEY_VALUE_BLOCK / 2][width][2]. A part of attention_tile.h, which defines NAME(vector) and IN_BLOCK.
typedef uint32_t NAME(pairs) __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

// Blocks whose scores are taken together, and vectors of columns, at most: both halves' sums of all heads stay in registers.
#define MOST_IN_PAIRS 4
#define TOGETHER_IN_PAIRS(heads) (LANES == 16 ? MOST_IN_PAIRS : (heads) == 1 ? 2 : 1)
#define COLUMNS_IN_PAIRS(heads) (LANES == 16 || (heads) == 1 ? MOST_IN_PAIRS : 2)

// Of pairs, as vectors of float32 numbers.
#define FIRSTS(both) ((NAME(vector))((both) << 16))
#define SECONDS(both) ((NAME(vector))((both) & 0xffff0000))

// Pass 1, of some of the blocks that are left, as of float32 numbers.
static inline __attribute__((always_inline)) void NAME(scores_in_pairs)(
    const float *restrict queries, float *const *restrict blocks, long left, long key_offset, long width,
    float *restrict scores, const long heads, const long together) {
  const uint32_t *keys[MOST_IN_PAIRS];
  const char *next[MOST_IN_PAIRS];
#pragma clang loop unroll(full)
  for (long b = 0; b < together; b++) {
    keys[b] = (const uint32_t *)(blocks[b] + key_offset);
    next[b] = (const char *)(blocks[b + together < left ? b + together : b] + key_offset);
  }
  for (long group = 0; group < width; group += INNER_GROUP) {
    const long end = width - group < INNER_GROUP ? width : group + INNER_GROUP;
    NAME(vector) firsts[MOST_SHARING][MOST_IN_PAIRS * IN_BLOCK], seconds[MOST_SHARING][MOST_IN_PAIRS * IN_BLOCK];
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++)
#pragma clang loop unroll(full)
      for (long s = 0; s < together * IN_BLOCK; s++) firsts[h][s] = seconds[h][s] = (NAME(vector)){0};
    for (long i = group; i < end; i += 2) {
#pragma clang loop unroll(full)
      for (long b = 0; b < together; b++) {
#pragma clang loop unroll(full)
        for (long line = 0; line < 2; line++, next[b] += CACHE_LINE) __builtin_prefetch(next[b], 0, 2);
      }
#pragma clang loop unroll(full)
      for (long s = 0; s < together * IN_BLOCK; s++) {
        const NAME(pairs) both = *(const NAME(pairs) *)(
            keys[s / IN_BLOCK] + i / 2 * KEY_VALUE_BLOCK + s % IN_BLOCK * LANES);
#pragma clang loop unroll(full)
        for (long h = 0; h < heads; h++) {
          firsts[h][s] += queries[h * width + i] * FIRSTS(both);
          seconds[h][s] += queries[h * width + i + 1] * SECONDS(both);
        }
      }
    }
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++)
#pragma clang loop unroll(full)
      for (long s = 0; s < together * IN_BLOCK; s++) {
        NAME(vector) *place = (NAME(vector) *)(scores + h * ATTENTION_BLOCK + s * LANES);
        const NAME(vector) before = group > 0 ? *place : (NAME(vector)){0};
        *place = before + (firsts[h][s] + seconds[h][s]);
      }
  }
}

// Pass 3, of some vectors of columns: out ← or += the sum of the values, weighted by p.
static inline __attribute__((always_inline)) void NAME(values_in_pairs)(
    const float *restrict p, float *const *restrict blocks, long key_offset, long column, long count, long width,
    float *restrict out, int accumulates, const long heads, const long vectors) {
  const long value_offset = width / 2 * KEY_VALUE_BLOCK;
  for (long group = 0; group < count; group += INNER_GROUP) {
    const long end = count - group < INNER_GROUP ? count : group + INNER_GROUP;
    NAME(vector) firsts[MOST_SHARING][MOST_IN_PAIRS], seconds[MOST_SHARING][MOST_IN_PAIRS];
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++)
#pragma clang loop unroll(full)
      for (long v = 0; v < vectors; v++) firsts[h][v] = seconds[h][v] = (NAME(vector)){0};
    for (long start = group; start < end; start += KEY_VALUE_BLOCK) {
      const uint32_t *values =
          (const uint32_t *)(blocks[start / KEY_VALUE_BLOCK] + key_offset) + value_offset + column;
      const long in_block = end - start < KEY_VALUE_BLOCK ? end - start : KEY_VALUE_BLOCK;
      long j = 0;
#define PAIR(has_second) \
  _Pragma("clang loop unroll(full)") for (long v = 0; v < vectors; v++) { \
    const NAME(pairs) both = *(const NAME(pairs) *)(values + j / 2 * width + v * LANES); \
    _Pragma("clang loop unroll(full)") for (long h = 0; h < heads; h++) { \
      const float *weight = p + h * ATTENTION_BLOCK + start + j; \
      firsts[h][v] += weight[0] * FIRSTS(both); \
      if (has_second) seconds[h][v] += weight[1] * SECONDS(both); \
    } \
  }
      for (; j + 2 <= in_block; j += 2) PAIR(1)
      // Nobody may have written the place of a position that is not there.
      if (j < in_block) PAIR(0)
#undef PAIR
    }
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++)
#pragma clang loop unroll(full)
      for (long v = 0; v < vectors; v++) {
        NAME(vector) *place = (NAME(vector) *)(out + h * width + column + v * LANES);
        const NAME(vector) before = accumulates || group > 0 ? *place : (NAME(vector)){0};
        *place = before + (firsts[h][v] + seconds[h][v]);
      }
  }
}

// The same of a column that fills no vector.
static inline __attribute__((always_inline)) float NAME(value_in_pairs)(
    const float *restrict p, float *const *restrict blocks, long key_offset, long column, long count, long width,
    float sum) {
  for (long group = 0; group < count; group += INNER_GROUP) {
    float halves[2] = {0, 0};
    for (long j = group; j < group + INNER_GROUP && j < count; j++) {
      const float *place = blocks[j / KEY_VALUE_BLOCK] + key_offset + width / 2 * KEY_VALUE_BLOCK +
                           j % KEY_VALUE_BLOCK / 2 * width + column;
      uint32_t both;
      memcpy(&both, place, sizeof both);
      halves[j % 2] += p[j] * expanded(j % 2 ? both >> 16 : both & 0xffff);
    }
    sum += halves[0] + halves[1];
  }
  return sum;
}

static inline __attribute__((always_inline)) void NAME(all_scores_in_pairs)(
    const float *restrict queries, float *const *restrict blocks, long count, long left, long key_offset, long width,
    float *restrict scores, const long heads) {
  long b = 0;
#define SCORES(together) \
  for (; b + (together) <= count; b += (together)) \
    NAME(scores_in_pairs)(queries, blocks + b, left - b, key_offset, width, scores + b * KEY_VALUE_BLOCK, heads, together);
  SCORES(TOGETHER_IN_PAIRS(heads))
  if (TOGETHER_IN_PAIRS(heads) > 2) SCORES(2)
  SCORES(1)
#undef SCORES
}

static inline __attribute__((always_inline)) void NAME(all_values_in_pairs)(
    const float *restrict p, float *const *restrict blocks, long key_offset, long count, long width,
    float *restrict out, int accumulates, const long heads) {
  long i = 0;
#define COLUMNS(vectors) \
  for (; i + (vectors) * LANES <= width; i += (vectors) * LANES) \
    NAME(values_in_pairs)(p, blocks, key_offset, i, count, width, out, accumulates, heads, vectors);
  COLUMNS(COLUMNS_IN_PAIRS(heads))
  if (COLUMNS_IN_PAIRS(heads) > 2) COLUMNS(2)
  COLUMNS(1)
#undef COLUMNS
  for (; i < width; i++)
    for (long h = 0; h < heads; h++) {
      float *place = out + h * width + i;
      *place = NAME(value_in_pairs)(
          p + h * ATTENTION_BLOCK, blocks, key_offset, i, count, width, accumulates ? *place : 0);
    }
}

// Passes are functions by themselves, so that no sum is taken before or after numbers below the least normal one stop counting.
ATTRIBUTES __attribute__((noinline)) static void NAME(scores_of_pairs)(
    const float *restrict queries, float *const *restrict blocks, long count, long left, long key_offset, long width,
    float *restrict scores, long heads) {
  switch (heads) {
    case 1: return NAME(all_scores_in_pairs)(queries, blocks, count, left, key_offset, width, scores, 1);
    case 2: return NAME(all_scores_in_pairs)(queries, blocks, count, left, key_offset, width, scores, 2);
    default: return NAME(all_scores_in_pairs)(queries, blocks, count, left, key_offset, width, scores, 3);
  }
}

ATTRIBUTES __attribute__((noinline)) static void NAME(values_of_pairs)(
    const float *restrict p, float *const *restrict blocks, long key_offset, long count, long width,
    float *restrict out, int accumulates, long heads) {
  switch (heads) {
    case 1: return NAME(all_values_in_pairs)(p, blocks, key_offset, count, width, out, accumulates, 1);
    case 2: return NAME(all_values_in_pairs)(p, blocks, key_offset, count, width, out, accumulates, 2);
    default: return NAME(all_values_in_pairs)(p, blocks, key_offset, count, width, out, accumulates, 3);
  }
}

// Pass 2: probabilities, but for their sums, rounded.
ATTRIBUTES __attribute__((noinline)) static void NAME(rounded_softmax)(
    float *restrict p, long positions, float scale, float *restrict largest, float *restrict sums, float *restrict out,
    long width, int is_first, long heads) {
  for (long h = 0; h < heads; h++) {
    float *row = p + h * ATTENTION_BLOCK;
    softmax_block(row, positions, scale, largest + h, sums + h, out + h * width, width, is_first);
    for (long j = 0; j < positions; j++) row[j] = expanded(rounded(row[j]));
  }
}

// All passes, an attention block after the other.
ATTRIBUTES static void NAME(attention_of_pairs)(
    const float *restrict queries, long heads, float *const *restrict blocks, long key_offset, long count, long width,
    float scale, float *restrict out) {
  float p[MOST_SHARING * ATTENTION_BLOCK], largest[MOST_SHARING], sums[MOST_SHARING];
  const long block_count = (count + KEY_VALUE_BLOCK - 1) / KEY_VALUE_BLOCK;
  for (long first = 0; first < count; first += ATTENTION_BLOCK) {
    const long positions = count - first < ATTENTION_BLOCK ? count - first : ATTENTION_BLOCK;
    const long left = block_count - first / KEY_VALUE_BLOCK, in_part = ATTENTION_BLOCK / KEY_VALUE_BLOCK;
    float *const *part = blocks + first / KEY_VALUE_BLOCK;
    unsigned before = begin_flushing();
    NAME(scores_of_pairs)(queries, part, left < in_part ? left : in_part, left, key_offset, width, p, heads);
    end_flushing(before);
    NAME(rounded_softmax)(p, positions, scale, largest, sums, out, width, first == 0, heads);
    before = begin_flushing();
    NAME(values_of_pairs)(p, part, key_offset, positions, width, out, first > 0, heads);
    end_flushing(before);
  }
  for (long h = 0; h < heads; h++) {
    const float inverse = inverse_of_sum(largest[h], sums[h]);
    for (long i = 0; i < width; i++) out[h * width + i] *= inverse;
  }
}

#undef FIRSTS
#undef SECONDS
#undef MOST_IN_PAIRS
#undef TOGETHER_IN_PAIRS
#undef COLUMNS_IN_PAIRS
