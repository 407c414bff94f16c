#ifndef KN_DIFFERENCES_H
#define KN_DIFFERENCES_H

#include "../runtime/types.h"

/* First differences: out[k * length + i] = x_i - x_(i-1) for the k-th wanted axis; the first value
 * repeats the second, so that the length stays. */
KN_STEP void kn_differences(const kn_differences_block *block, const kn_shape *shape,
                            const float *in, const uint16_t *wanted, uint32_t wanted_count,
                            float *out, float *scratch)
{
    const uint32_t length = shape->length, step = shape->sample_step;
    uint32_t k, i;
    (void)block;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const float *x = in + (uint32_t)wanted[k] * shape->axis_step;
        *out++ = x[step] - x[0];
        for (i = 1; i < length; i++) {
            *out++ = x[i * step] - x[(i - 1u) * step];
        }
    }
}

#endif
