#ifndef KN_MOVING_STATISTICS_H
#define KN_MOVING_STATISTICS_H

#include "../runtime/level.h"
#include "../runtime/variance.h"

/* Logarithm of the standard deviation of count values. */
KN_HELPER float kn_moving_log_spread(const float *x, uint32_t count, const kn_level *level)
{
    const float unit = level->unit;
    const float variance = kn_variance(x, count, 1u, level) * unit * unit;
    return 0.5f * kn_log(kn_max(variance, kn_least_variance(level->mean)));
}

/* Moving statistics: feature 3 a + v of axis a is the mean of the latest samples (v = 0), the
 * logarithm of their standard deviation (1), or the deviation of the newest from their mean (2).
 * The history holds
 *   1 + place of the oldest sample (0 before the first), and for each axis its window of samples;
 * the first sample fills it. */
KN_STEP void kn_moving_statistics(const kn_moving_statistics_block *block, const kn_shape *shape,
                                  const float *in, const uint16_t *wanted, uint32_t wanted_count,
                                  float *out, float *history)
{
    const uint32_t axes = shape->axes, step = shape->axis_step, window = block->window;
    kn_level level = {0.0f, 0.0f, 0.0f, 0.0f};
    uint32_t place = (uint32_t)history[0], axis = 0xFFFFu, i, k;
    if (place == 0u) {
        for (i = 0; i < window * axes; i++) {
            history[1u + i] = in[i / window * step];
        }
        place = 1;
    }
    for (i = 0; i < axes; i++) {
        history[place + i * window] = in[i * step];
    }
    history[0] = (float)(place % window + 1u);
    for (k = 0; k < wanted_count; k++) {
        const uint32_t value = wanted[k] % 3u;
        const float *latest = history + 1u + wanted[k] / 3u * window;
        if (wanted[k] / 3u != axis) {
            axis = wanted[k] / 3u;
            level = kn_level_of(latest, window, 1u);
        }
        if (value == 0u) {
            out[k] = level.mean;
        } else if (value == 1u) {
            out[k] = kn_moving_log_spread(latest, window, &level);
        } else {
            out[k] = in[axis * step] - level.mean;
        }
    }
}

#endif
