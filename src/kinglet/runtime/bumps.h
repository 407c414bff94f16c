/* Gaussian bumps around int8 centres, of radial basis functions and of kernel regression. */
#ifndef KN_BUMPS_H
#define KN_BUMPS_H

#include "int8.h"
#include "maths.h"
#include "sum.h"

/* out[k] = exp(-gamma |in - c_k|^2), the distance by |in|^2 - 2 in.c + |c|^2. The centre k is row k
 * of the table times a scale; slope is 2 gamma times the scale, norms[k] is gamma |c_k|^2. Finite
 * for any finite |in| <= 1e18. */
KN_HELPER void kn_bumps(const int8_t *table, const float *norms, float gamma, float slope,
                        const float *in, uint32_t inputs, float *out, uint32_t centres)
{
    const float own = gamma * kn_dot(in, in, inputs);
    uint32_t k;
    for (k = 0; k < centres; k++) {
        const float product = slope * kn_dot_int8(table + k * inputs, in, inputs);
        out[k] = kn_exp(product - (own + norms[k]));
    }
}

#endif
