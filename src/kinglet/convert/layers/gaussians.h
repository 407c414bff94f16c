#ifndef KN_GAUSSIANS_H
#define KN_GAUSSIANS_H

#include "../../runtime/types.h"

/* out_k = constant_k - sum_i precision_ki (in_i - mean_ki)^2. */
KN_STEP void kn_gaussians(const kn_gaussians_block *block, const float *in, float *out,
                          float *scratch)
{
    const float *mean = block->means, *precision = block->precisions;
    uint32_t i, k;
    (void)scratch;
    for (k = 0; k < block->classes; k++) {
        float even = 0.0f, odd = 0.0f; /* two sums, neither of which grows as large */
        for (i = 0; i < block->inputs; i++) {
            const float difference = in[i] - *mean++;
            const float term = difference * difference * *precision++;
            if ((i & 1u) == 0u) {
                even += term;
            } else {
                odd += term;
            }
        }
        out[k] = block->constants[k] - (even + odd);
    }
}

#endif
