/* The one check of what a caller hands in. */
#ifndef KN_VALID_H
#define KN_VALID_H

#include "maths.h"

/* 1 where every value is finite and |x| < 1e12, else 0. Integers only: quick without a
 * floating-point unit, and no comparison with NaN. */
KN_HELPER int kn_is_valid(const float *in, uint32_t count)
{
    uint32_t i;
    for (i = 0; i < count; i++) {
        if ((kn_to_bits(in[i]) & 0x7FFFFFFFu) >= 0x5368D4A5u) { /* bits of 1e12 */
            return 0;
        }
    }
    return 1;
}

#endif
