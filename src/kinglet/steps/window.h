#ifndef KN_WINDOW_H
#define KN_WINDOW_H

#include "../runtime/frame.h"

/* Window: out[k * length + i] = (x_i - mean(x)) * w_i for the k-th wanted axis. */
KN_STEP void kn_window(const kn_window_block *block, const kn_shape *shape, const float *in,
                       const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    const uint32_t length = shape->length;
    uint32_t k;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        kn_centred_frame(in + (uint32_t)wanted[k] * shape->axis_step, length, shape->sample_step,
                         out);
        kn_window_frame(out, length, block->quarter_wave, block->window);
        out += length;
    }
}

#endif
