// Attention of the queries that share keys and values over cached positions, for one kind of vector register: see
// register_kinds.h. LANES divides KEY_VALUE_BLOCK.
typedef float NAME(vector) __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

// Pass 1, of one block: scratch ← the scores of its positions.
static inline __attribute__((always_inline)) void NAME(scores)(
    const float *restrict queries, const float *restrict keys, const char *next, long width,
    float scale, float *restrict scores, long scores_stride, const long heads) {
  for (long first = 0; first < KEY_VALUE_BLOCK; first += LANES) {
    NAME(vector) sums[MOST_SHARING][PARTIAL_SUMS];
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++)
#pragma clang loop unroll(full)
      for (long s = 0; s < PARTIAL_SUMS; s++) sums[h][s] = (NAME(vector)){0};
    long i = 0;
    for (; i + PARTIAL_SUMS <= width; i += PARTIAL_SUMS)
#pragma clang loop unroll(full)
      for (long s = 0; s < PARTIAL_SUMS; s++) {
        // A block's keys and values are asked for while the one before is worked on, line by line: the cache rarely holds them,
        // blocks lie apart, and a burst of requests would be waited for. Into the second level, since the first has no room.
#pragma clang loop unroll(full)
        for (long line = 0; line < LANES / 8; line++, next += CACHE_LINE) __builtin_prefetch(next, 0, 2);
        const NAME(vector) k = *(const NAME(vector) *)(keys + (i + s) * KEY_VALUE_BLOCK + first);
#pragma clang loop unroll(full)
        for (long h = 0; h < heads; h++) sums[h][s] += queries[h * width + i + s] * k;
      }
    for (; i < width; i++) {
      const NAME(vector) k = *(const NAME(vector) *)(keys + i * KEY_VALUE_BLOCK + first);
#pragma clang loop unroll(full)
      for (long h = 0; h < heads; h++) sums[h][0] += queries[h * width + i] * k;
    }
#pragma clang loop unroll(full)
    for (long h = 0; h < heads; h++)
      *(NAME(vector) *)(scores + h * scores_stride + first) =
          ((sums[h][0] + sums[h][1]) + (sums[h][2] + sums[h][3])) * scale;
  }
}

// Pass 2: scores become exp(score − the largest); returns 1 / their sum.
static inline __attribute__((always_inline)) float NAME(exponentials)(float *restrict scores, long count) {
  return 1.0f / exponentials_of(scores, count, 1, largest_of(scores, count));
}

// Pass 3, of LANES columns: the mean of the values, weighted by p and divided by its sum.
static inline __attribute__((always_inline)) void NAME(means)(
    const float *restrict p, long p_stride, const float *inverse_sums, float *const *restrict blocks,
    long value_offset, long count, long width, float *restrict out, const long heads) {
  NAME(vector) sums[MOST_SHARING][PARTIAL_SUMS];
#pragma clang loop unroll(full)
  for (long h = 0; h < heads; h++)
#pragma clang loop unroll(full)
    for (long s = 0; s < PARTIAL_SUMS; s++) sums[h][s] = (NAME(vector)){0};
  for (long first = 0; first < count; first += KEY_VALUE_BLOCK) {
    const float *values = blocks[first / KEY_VALUE_BLOCK] + value_offset;
    const long in_block = count - first < KEY_VALUE_BLOCK ? count - first : KEY_VALUE_BLOCK;
    long j = 0;
    for (; j + PARTIAL_SUMS <= in_block; j += PARTIAL_SUMS)
#pragma clang loop unroll(full)
      for (long s = 0; s < PARTIAL_SUMS; s++) {
        const NAME(vector) v = *(const NAME(vector) *)(values + (j + s) * width);
#pragma clang loop unroll(full)
        for (long h = 0; h < heads; h++) sums[h][s] += p[h * p_stride + first + j + s] * v;
      }
    for (; j < in_block; j++) {
      const NAME(vector) v = *(const NAME(vector) *)(values + j * width);
#pragma clang loop unroll(full)
      for (long h = 0; h < heads; h++) sums[h][0] += p[h * p_stride + first + j] * v;
    }
  }
#pragma clang loop unroll(full)
  for (long h = 0; h < heads; h++)
    *(NAME(vector) *)(out + h * width) =
        ((sums[h][0] + sums[h][1]) + (sums[h][2] + sums[h][3])) * inverse_sums[h];
}

// All passes. `heads` is a constant where this is inlined, so that the sums stay in registers.
static inline __attribute__((always_inline)) void NAME(sharing)(
    const float *restrict queries, float *const *restrict blocks, long key_offset, long count,
    long width, float scale, float *restrict scratch, float *restrict out, const long heads) {
  const long block_count = (count + KEY_VALUE_BLOCK - 1) / KEY_VALUE_BLOCK;
  const long stride = block_count * KEY_VALUE_BLOCK;
  for (long b = 0; b < block_count; b++) {
    const float *next = blocks[b + 1 < block_count ? b + 1 : b] + key_offset;
    NAME(scores)(
        queries, blocks[b] + key_offset, (const char *)next, width, scale, scratch + b * KEY_VALUE_BLOCK,
        stride, heads);
  }
  float inverse_sums[MOST_SHARING];
  for (long h = 0; h < heads; h++) inverse_sums[h] = NAME(exponentials)(scratch + h * stride, count);
  const long value_offset = key_offset + width * KEY_VALUE_BLOCK;
  long i = 0;
  for (; i + LANES <= width; i += LANES)
    NAME(means)(
        scratch, stride, inverse_sums, blocks, value_offset + i, count, width, out + i, heads);
  // Columns that do not fill a vector, added up in the order of those that do.
  for (; i < width; i++)
    for (long h = 0; h < heads; h++) {
      float sums[PARTIAL_SUMS] = {0};
      for (long j = 0; j < count; j++) {
        const long slot = j % KEY_VALUE_BLOCK, in_block = count - (j - slot);
        const long together = (in_block < KEY_VALUE_BLOCK ? in_block : KEY_VALUE_BLOCK) / PARTIAL_SUMS * PARTIAL_SUMS;
        sums[slot < together ? slot % PARTIAL_SUMS : 0] +=
            scratch[h * stride + j] * blocks[j / KEY_VALUE_BLOCK][value_offset + slot * width + i];
      }
      out[h * width + i] = ((sums[0] + sums[1]) + (sums[2] + sums[3])) * inverse_sums[h];
    }
}

ATTRIBUTES static void NAME(attention)(
    const float *restrict queries, long heads, float *const *restrict blocks, long key_offset,
    long count, long width, float scale, float *restrict scratch, float *restrict out) {
  switch (heads) {
    case 1: return NAME(sharing)(queries, blocks, key_offset, count, width, scale, scratch, out, 1);
    case 2: return NAME(sharing)(queries, blocks, key_offset, count, width, scale, scratch, out, 2);
    default: return NAME(sharing)(queries, blocks, key_offset, count, width, scale, scratch, out, 3);
  }
}
