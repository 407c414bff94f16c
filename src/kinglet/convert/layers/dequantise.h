#ifndef KN_DEQUANTISE_H
#define KN_DEQUANTISE_H

#include "../../runtime/types.h"

/* in holds int8, four in the room of a float. From the last value to the first, so that in and out
 * may be the same. */
KN_STEP void kn_dequantise(const kn_dequantise_block *block, const float *in, float *out,
                           float *scratch)
{
    const int8_t *steps = (const int8_t *)in;
    uint32_t i;
    (void)scratch;
    for (i = block->count; i > 0u; i--) {
        out[i - 1u] = (float)(steps[i - 1u] - block->zero) * block->scale;
    }
}

#endif
