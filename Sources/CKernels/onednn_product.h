// Products of bfloat16 numbers by oneDNN, a library that need not be there: see onednn_product.c.
#pragma once
#include <stdint.h>

// Whether this program was compiled with the library's header, and finds the library and a processor that it multiplies fast on.
int onednn_is_available(void);

// c = left · panels, or c += left · panels. Shapes: left [rows, inner] without gaps, and zeros up to a multiple of ROW_GROUP rows; c
// [rows, columns]; inner is a multiple of INNER_GROUP.
// Returns 0, or the library's status where it refused or memory was short.
int onednn_multiply(
    const uint16_t *left, long rows, long inner, const uint16_t *panels, long columns, float *c, long c_stride,
    int accumulates);
