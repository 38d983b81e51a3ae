// Products of bfloat16 numbers by oneDNN, a library that need not be there: see onednn_product.c. bfloat16_onednn_state is asked before.
#pragma once
#include <stdint.h>

// c = left · panels, or c += left · panels, of some columns, at least one, which begin a panel; inner > 0. How the factors lie: see
// bfloat16_layout.h. Returns 0, or the library's status where it refused or memory was short.
int onednn_multiply(
    const uint16_t *left, long rows, long inner, const uint16_t *panels, long all_columns, long first, long columns,
    float *c, long c_stride, int accumulates);
