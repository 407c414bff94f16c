#ifndef KN_CROSS_CORRELATION_H
#define KN_CROSS_CORRELATION_H

#include "../runtime/level.h"

/* Correlation of axes i < j, the pairs counted (0, 1), (0, 2), ..., (1, 2), ...: Pearson's r, 0
 * where an axis is constant. Scratch holds three values an axis: mean, 1 / unit and variance in
 * units, worked out for the axes of wanted pairs only. */
KN_STEP void kn_cross_correlation(const kn_cross_correlation_block *block, const kn_shape *shape,
                                  const float *in, const uint16_t *wanted, uint32_t wanted_count,
                                  float *out, float *scratch)
{
    const uint32_t length = shape->length, step = shape->sample_step, axes = shape->axes;
    uint32_t pair = 0, k = 0, a, b, i;
    (void)block;
    for (a = 0; a < 3u * axes; a++) {
        scratch[a] = 0.0f; /* 1 / unit is never 0: the axis is still to be measured */
    }
    for (a = 0; a + 1u < axes; a++) {
        for (b = a + 1u; b < axes; b++, pair++) {
            const uint32_t both[2] = {a, b};
            const float *x = in + a * shape->axis_step, *y = in + b * shape->axis_step;
            const float *p = scratch + 3u * a, *q = scratch + 3u * b;
            float sum = 0.0f, size;
            if (k == wanted_count || wanted[k] != pair) {
                continue;
            }
            for (i = 0; i < 2u; i++) {
                float *known = scratch + 3u * both[i];
                if (known[1] == 0.0f) {
                    const float *axis = in + both[i] * shape->axis_step;
                    const kn_level level = kn_level_of(axis, length, step);
                    known[0] = level.mean;
                    known[1] = kn_inverse_unit(&level);
                    known[2] = kn_variance(axis, length, step, &level);
                }
            }
            for (i = 0; i < length; i++) {
                sum += ((x[i * step] - p[0]) * p[1]) * ((y[i * step] - q[0]) * q[1]);
            }
            size = kn_sqrt(p[2]) * kn_sqrt(q[2]);
            out[k++] = size > 0.0f ? sum / (float)length / size : 0.0f;
        }
    }
}

#endif
