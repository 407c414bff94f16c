/* Squared distance of two vectors, which several layers share. */
#ifndef KN_DISTANCE_H
#define KN_DISTANCE_H

#include "../../runtime/types.h"

/* |x - y|^2 in four accumulators, added as in sum.h. */
KN_STEP float kn_squared_distance(const float *x, const float *y, uint32_t count)
{
    float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    uint32_t i;
    for (i = 0; i < count; i++) {
        const float difference = x[i] - y[i];
        sums[i & 3u] += difference * difference;
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

#endif
