#ifndef KN_ACTIVATION_H
#define KN_ACTIVATION_H

#include "logistic.h"

/* tanh x: odd, by the exponential; by its series x - x^3/3 + 2x^5/15 - 17x^7/315 where the
 * difference would lose digits. */
KN_HELPER float kn_tanh(float x)
{
    const float size = kn_abs(x), z = x * x;
    float rest, value;
    if (size < 0.25f) {
        return x - x * z * (0.333333333f - z * (0.133333333f - z * 0.0539682540f));
    }
    rest = kn_exp(-2.0f * size);
    value = (1.0f - rest) / (1.0f + rest);
    return x < 0.0f ? -value : value;
}

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
