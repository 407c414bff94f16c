/* Four rows of weights at once: each value in is read once for four sums. */
#ifndef KN_ROWS_H
#define KN_ROWS_H

#include "../../runtime/types.h"

/* sums[k] += row k times x, one product after the other; rows of weights lie `row` floats apart. */
KN_STEP void kn_add_four_rows(const float *w, uint32_t row, const float *x, uint32_t count,
                              float *sums)
{
    const float *second = w + row, *third = second + row, *fourth = third + row;
    float a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    uint32_t i = 0;
    for (; i + 2u <= count; i += 2u) {
        const float even = x[i], odd = x[i + 1u];
        const float e = w[i] * even, f = second[i] * even, g = third[i] * even,
                    h = fourth[i] * even;
        a += e;
        b += f;
        c += g;
        d += h;
        a += w[i + 1u] * odd;
        b += second[i + 1u] * odd;
        c += third[i + 1u] * odd;
        d += fourth[i + 1u] * odd;
    }
    if (i < count) {
        a += w[i] * x[i];
        b += second[i] * x[i];
        c += third[i] * x[i];
        d += fourth[i] * x[i];
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

#endif
