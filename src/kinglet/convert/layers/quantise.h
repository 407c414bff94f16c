#ifndef KN_QUANTISE_H
#define KN_QUANTISE_H

#include "int8_grid.h"

/* out holds int8, four in the room of a float; in and out may be the same. */
KN_STEP void kn_quantise(const kn_quantise_block *block, const float *in, float *out,
                         float *scratch)
{
    int8_t *steps = (int8_t *)out;
    uint32_t i;
    (void)scratch;
    for (i = 0; i < block->count; i++) {
        steps[i] = kn_to_grid(in[i] / block->scale, block->zero, -128, 127);
    }
}

#endif
