#ifndef KN_ONE_AGAINST_ONE_H
#define KN_ONE_AGAINST_ONE_H

#include "../../runtime/types.h"

/* Votes of the pairs (0,1), (0,2), ... (1,2), ...: above 0 for the first class, else the second. */
KN_STEP void kn_one_against_one(const kn_one_against_one_block *block, const float *in, float *out,
                                float *scratch)
{
    uint32_t i, j;
    (void)scratch;
    for (i = 0; i < block->classes; i++) {
        out[i] = 0.0f;
    }
    for (i = 0; i < block->classes; i++) {
        for (j = i + 1u; j < block->classes; j++) {
            out[*in > 0.0f ? i : j] += 1.0f;
            in++;
        }
    }
}

#endif
