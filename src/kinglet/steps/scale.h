#ifndef KN_SCALE_H
#define KN_SCALE_H

#include "../runtime/maths.h"

/* Scaling: out = clip((in - offset) * factor, -limit, limit); out may be in. */
KN_STEP void kn_scale(const kn_scale_block *block, const kn_shape *shape, const float *in,
                      const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    uint32_t i;
    (void)wanted;
    (void)wanted_count;
    (void)scratch;
    for (i = 0; i < shape->length; i++) {
        const float y = (in[i] - block->offset[i]) * block->factor[i];
        out[i] = kn_min(kn_max(y, -block->limit), block->limit);
    }
}

#endif
