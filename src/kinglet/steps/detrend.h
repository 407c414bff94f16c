#ifndef KN_DETREND_H
#define KN_DETREND_H

#include "../runtime/sum.h"

/* Line removal: out[k * length + i] = x_i - mean(x) - slope t_i for the k-th wanted axis, with
 * times t_i = 2 i - (length - 1), symmetric about 0. The slope, sum(t x) / sum(t^2), is summed over
 * pairs of samples at opposite times, with times in units of the last, so that it stays small. */
KN_STEP void kn_detrend(const kn_detrend_block *block, const kn_shape *shape, const float *in,
                        const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    const uint32_t length = shape->length, step = shape->sample_step;
    const float end = (float)(length - 1u), unit = 1.0f / end;
    uint32_t k, i;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const float *x = in + (uint32_t)wanted[k] * shape->axis_step;
        const float mean = kn_sum(x, length, step) / (float)length;
        float time = end, slope = 0.0f;
        for (i = 0; i < length / 2u; i++) {
            slope += time * unit * (x[(length - 1u - i) * step] - x[i * step]);
            time -= 2.0f;
        }
        slope *= block->weight;
        time = -end;
        for (i = 0; i < length; i++) {
            *out++ = (x[i * step] - mean) - slope * time;
            time += 2.0f;
        }
    }
}

#endif
