#ifndef KN_PROBABILITIES_H
#define KN_PROBABILITIES_H

#include "../../runtime/softmax.h"

/* out = softmax(in); in and out may be the same. */
KN_STEP void kn_probabilities(const kn_probabilities_block *block, const float *in, float *out,
                              float *scratch)
{
    uint32_t i;
    (void)scratch;
    for (i = 0; i < block->count; i++) {
        out[i] = in[i];
    }
    kn_softmax(out, block->count);
}

#endif
