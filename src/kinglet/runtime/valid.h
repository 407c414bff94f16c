/* The one check of what a caller hands in, eight values at a turn. */
#ifndef KN_VALID_H
#define KN_VALID_H

#include "maths.h"

/* 1 where x is not finite or |x| >= 1e12: the bits of 1e12 without a sign are 0x5368D4A5. */
KN_HELPER int kn_is_beyond(float x)
{
    return (kn_to_bits(x) << 1) >= 0xA6D1A94Au;
}

/* 1 where every value is finite and |x| < 1e12, else 0. Integers only: quick without a
 * floating-point unit, and no comparison with NaN. */
KN_HELPER int kn_is_valid(const float *in, uint32_t count)
{
    for (; count >= 8u; count -= 8u, in += 8) {
        if (kn_is_beyond(in[0]) || kn_is_beyond(in[1]) || kn_is_beyond(in[2]) ||
            kn_is_beyond(in[3]) || kn_is_beyond(in[4]) || kn_is_beyond(in[5]) ||
            kn_is_beyond(in[6]) || kn_is_beyond(in[7])) {
            return 0;
        }
    }
    for (; count > 0u; count--, in++) {
        if (kn_is_beyond(in[0])) {
            return 0;
        }
    }
    return 1;
}

#endif
