#ifndef KN_GATHER_H
#define KN_GATHER_H

#include "../../runtime/types.h"

/* out_i = in at place i. */
KN_STEP void kn_gather(const kn_gather_block *block, const float *in, float *out, float *scratch)
{
    uint32_t i;
    (void)scratch;
    for (i = 0; i < block->count; i++) {
        out[i] = in[block->places[i]];
    }
}

#endif
