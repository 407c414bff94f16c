#ifndef KN_ACTIVATION_H
#define KN_ACTIVATION_H

#include "sigmoid.h"

/* out_i = f(in_i); in and out may be the same. */
KN_STEP void kn_activation(const kn_activation_block *block, const float *in, float *out,
                           float *scratch)
{
    uint32_t i;
    (void)scratch;
    for (i = 0; i < block->count; i++) {
        switch (block->kind) {
        case 0u:
            out[i] = kn_max(in[i], 0.0f);
            break;
        case 1u:
            out[i] = kn_logistic(in[i]);
            break;
        case 2u:
            out[i] = kn_tanh(in[i]);
            break;
        default:
            out[i] = kn_exp(in[i]);
            break;
        }
    }
}

#endif
