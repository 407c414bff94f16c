#ifndef KN_UNIT_NORM_H
#define KN_UNIT_NORM_H

#include "../../runtime/maths.h"

/* out = in / |in|; in and out may be the same. Values are divided by the largest one first, so that
 * no square leaves the range of floats. */
KN_STEP void kn_unit_norm(const kn_unit_norm_block *block, const float *in, float *out,
                          float *scratch)
{
    float largest = 0.0f, sum = 0.0f, norm = 1.0f;
    uint32_t i;
    (void)scratch;
    for (i = 0; i < block->count; i++) {
        largest = kn_max(largest, kn_abs(in[i]));
    }
    if (largest < 1e-30f) {
        largest = 1.0f; /* nothing but zeros, or as good as that */
    }
    for (i = 0; i < block->count; i++) {
        out[i] = in[i] / largest;
        sum += block->kind == 0u ? kn_abs(out[i]) : out[i] * out[i];
    }
    if ((block->kind != 2u) && (sum > 0.0f)) {
        norm = block->kind == 0u ? sum : kn_sqrt(sum);
    }
    for (i = 0; i < block->count; i++) {
        out[i] = out[i] / norm;
    }
}

#endif
