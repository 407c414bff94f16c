#ifndef KN_LAGGED_DIFFERENCES_H
#define KN_LAGGED_DIFFERENCES_H

#include "../runtime/types.h"

/* Difference of each wanted axis of a sample to the one lag samples ago. The history holds
 *   1 + place of the oldest sample (0 before the first), sample[axes] lag times;
 * the first sample fills it. */
KN_STEP void kn_lagged_differences(const kn_lagged_differences_block *block, const kn_shape *shape,
                                   const float *in, const uint16_t *wanted, uint32_t wanted_count,
                                   float *out, float *history)
{
    const uint32_t axes = shape->axes, step = shape->axis_step, lag = block->lag;
    uint32_t place = (uint32_t)history[0], i, k;
    float *oldest;
    if (place == 0u) {
        for (i = 0; i < lag * axes; i++) {
            history[1u + i] = in[i % axes * step];
        }
        place = 1;
    }
    oldest = history + 1u + (place - 1u) * axes;
    for (k = 0; k < wanted_count; k++) {
        out[k] = in[wanted[k] * step] - oldest[wanted[k]];
    }
    for (i = 0; i < axes; i++) {
        oldest[i] = in[i * step];
    }
    history[0] = (float)(place % lag + 1u);
}

#endif
