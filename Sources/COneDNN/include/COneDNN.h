// Matrix products of bfloat16 numbers, summed in float32, by oneDNN: an optional library, for which the header must be there when
// this is built, and the library when a product is first asked for.
//
// Numbers are the upper halves of float32 numbers. Every product runs on the calling thread. Functions return 0 where all went well.
#pragma once
#include <stdint.h>

// Whether oneDNN is there and the processor multiplies bfloat16 numbers itself. Where it does not, oneDNN has no such product, or
// imitates one that is slower than float32.
int onednn_is_available(void);

// Whether this was built with oneDNN's header.
int onednn_is_built_in(void);

// c = a · b, or c += a · b. Shapes: a [m, k], b [k, n], c [m, n]; each with the distances of its rows and its columns, in elements.
typedef struct {
  long row, column;
} onednn_strides;
int onednn_product(
    const uint16_t *a, onednn_strides a_strides, const uint16_t *b, onednn_strides b_strides,
    float *c, long c_stride, long m, long n, long k, int accumulates);

// Rows that a packed weight is multiplied with at a time. What oneDNN makes of a row depends on how many there are, so that it is always
// given as many, and a row's result does not depend on the others.
#define ONEDNN_BLOCK_ROWS 16

// A projection's weight [out, in] in the layout that oneDNN likes best for such a block.
typedef struct onednn_weight onednn_weight;
// Null where that fails.
onednn_weight *onednn_weight_pack(const uint16_t *w, long stride, long outputs, long inputs);
void onednn_weight_free(onednn_weight *weight);
// y = x · wᵀ, or y += x · wᵀ. Shapes: x [rows, in] without gaps and continued with zeros to whole blocks, y [rows, out]. Several threads
// may do so with the same weight at the same time.
int onednn_weight_multiply(
    const onednn_weight *weight, const uint16_t *x, long rows, float *y, long y_stride,
    int accumulates);
