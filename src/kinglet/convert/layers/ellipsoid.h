#ifndef KN_ELLIPSOID_H
#define KN_ELLIPSOID_H

#include "../../runtime/sum.h"

/* out = |U (in - centre)|^2; scratch holds the difference. */
KN_STEP void kn_ellipsoid(const kn_ellipsoid_block *block, const float *in, float *out,
                          float *scratch)
{
    const float *row = block->root;
    float total = 0.0f;
    uint32_t i, left = block->inputs;
    for (i = 0; i < block->inputs; i++) {
        scratch[i] = in[i] - block->centre[i];
    }
    for (; left > 0u; left--) {
        const float part = kn_dot(row, scratch, left);
        total += part * part;
        row += left;
        scratch++;
    }
    out[0] = total;
}

#endif
