#ifndef KN_SELECT_AXES_H
#define KN_SELECT_AXES_H

#include "../runtime/types.h"

/* Selection of axes: out[k * length + i] is sample i of the axis that the k-th wanted output is. */
KN_STEP void kn_select_axes(const kn_select_axes_block *block, const kn_shape *shape,
                            const float *in, const uint16_t *wanted, uint32_t wanted_count,
                            float *out, float *scratch)
{
    const uint32_t length = shape->length, step = shape->sample_step;
    uint32_t k, i;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const float *x = in + block->axes[wanted[k]] * (uint32_t)shape->axis_step;
        for (i = 0; i < length; i++) {
            *out++ = x[i * step];
        }
    }
}

#endif
