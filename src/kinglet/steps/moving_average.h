#ifndef KN_MOVING_AVERAGE_H
#define KN_MOVING_AVERAGE_H

#include "../runtime/variance.h"

/* Moving average: feature 3 a + v of axis a is the level (v = 0), the deviation of the sample from
 * the level before (1), or the logarithm of the mean square of such deviations (2). The history is
 *   samples taken, and for each axis level and mean square;
 * the number of samples stops where all weigh alpha. The first sample is the first level. */
KN_STEP void kn_moving_average(const kn_moving_average_block *block, const kn_shape *shape,
                               const float *in, const uint16_t *wanted, uint32_t wanted_count,
                               float *out, float *history)
{
    const uint32_t axes = shape->axes, step = shape->axis_step;
    const float count = kn_count(history[0], 1.0f / block->alpha);
    const float weight = kn_max(block->alpha, 1.0f / count);
    uint32_t i, k = 0;
    for (i = 0; i < axes; i++) {
        float *level = history + 1u + 2u * i, *square = level + 1;
        float deviation;
        if (history[0] < 1.0f) {
            *level = in[i * step];
        }
        deviation = in[i * step] - *level;
        *level += weight * deviation;
        *square += weight * (deviation * deviation - *square);
        for (; k < wanted_count && wanted[k] < 3u * i + 3u; k++) {
            const uint32_t value = wanted[k] - 3u * i;
            if (value == 0u) {
                out[k] = *level;
            } else if (value == 1u) {
                out[k] = deviation;
            } else {
                out[k] = kn_log(kn_max(*square, kn_least_variance(*level)));
            }
        }
    }
    history[0] = count;
}

#endif
