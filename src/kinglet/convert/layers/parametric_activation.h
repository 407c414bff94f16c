#ifndef KN_PARAMETRIC_ACTIVATION_H
#define KN_PARAMETRIC_ACTIVATION_H

#include "sigmoid.h"

/* f(x) with the parameters a and b of the block. */
KN_HELPER float kn_with_parameters(const kn_parametric_activation_block *block, float x)
{
    const float a = block->a, b = block->b;
    switch (block->kind) {
    case 0u:
        return x < 0.0f ? a * x : x;
    case 1u:
        return x > 0.0f ? b * x : a * (kn_exp(x) - 1.0f);
    case 2u:
        return kn_min(kn_max(x, a), b);
    case 3u:
        return kn_min(kn_max(a * x + b, 0.0f), 1.0f);
    case 4u:
        return x * kn_min(kn_max(a * x + b, 0.0f), 1.0f);
    default:
        return x * kn_logistic(x);
    }
}

/* out_i = f(in_i); in and out may be the same. */
KN_STEP void kn_parametric_activation(const kn_parametric_activation_block *block,
                                      const float *in, float *out, float *scratch)
{
    uint32_t i;
    (void)scratch;
    for (i = 0; i < block->count; i++) {
        out[i] = kn_with_parameters(block, in[i]);
    }
}

#endif
