#ifndef KN_REMOVE_MEAN_H
#define KN_REMOVE_MEAN_H

#include "../runtime/sum.h"

/* Mean removal: out[k * length + i] = x_i - mean(x) for the k-th wanted axis. */
KN_STEP void kn_remove_mean(const kn_remove_mean_block *block, const kn_shape *shape,
                            const float *in, const uint16_t *wanted, uint32_t wanted_count,
                            float *out, float *scratch)
{
    const uint32_t length = shape->length, step = shape->sample_step;
    uint32_t k, i;
    (void)block;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const float *x = in + (uint32_t)wanted[k] * shape->axis_step;
        const float mean = kn_sum(x, length, step) / (float)length;
        for (i = 0; i < length; i++) {
            *out++ = x[i * step] - mean;
        }
    }
}

#endif
