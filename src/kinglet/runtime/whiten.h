/* Taking correlations out of a vector: a lower triangular matrix in int8. */
#ifndef KN_WHITEN_H
#define KN_WHITEN_H

#include "int8.h"

/* x = W x in place, from the last row up. W is packed row by row (00, 10, 11, 20, ...), each row
 * over its scale. */
KN_STEP void kn_whiten(const int8_t *rows, const float *scale, float *x, uint32_t count)
{
    const int8_t *row = rows + count * (count + 1u) / 2u;
    while (count > 0u) {
        row -= count;
        x[count - 1u] = scale[count - 1u] * kn_dot_int8(row, x, count);
        count--;
    }
}

#endif
