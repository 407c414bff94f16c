#ifndef KN_BOUND_H
#define KN_BOUND_H

#include "../runtime/maths.h"

/* Bound: out = clip(in, -1e15, 1e15); out may be in. */
KN_STEP void kn_bound(const kn_bound_block *block, const kn_shape *shape, const float *in,
                      const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    uint32_t i;
    (void)block;
    (void)wanted;
    (void)wanted_count;
    (void)scratch;
    for (i = 0; i < shape->length; i++) {
        out[i] = kn_min(kn_max(in[i], -1e15f), 1e15f);
    }
}

#endif
