/* Quantiles of a sorted series. */
#ifndef KN_QUANTILE_H
#define KN_QUANTILE_H

#include "types.h"

/* Value below which `percent` (0..99) of the values lie: linear between the two values beside
 * place percent / 100 * (count - 1), counted from 0 (Hyndman and Fan 1996, definition 7). */
KN_HELPER float kn_quantile(const float *sorted, uint32_t count, uint32_t percent)
{
    const uint32_t place = percent * (count - 1u);
    const float *below = sorted + place / 100u;
    return below[0] + (below[1] - below[0]) * ((float)(place % 100u) * 0.01f);
}

#endif
