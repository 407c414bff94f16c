#ifndef KN_SCALER_H
#define KN_SCALER_H

#include "../../runtime/types.h"

/* out_i = (in_i - shift_i) gain_i; in and out may be the same. */
KN_STEP void kn_scaler(const kn_scaler_block *block, const float *in, float *out,
                       float *scratch)
{
    uint32_t i;
    (void)scratch;
    for (i = 0; i < block->count; i++) {
        out[i] = (in[i] - block->shift[i]) * block->gain[i];
    }
}

#endif
