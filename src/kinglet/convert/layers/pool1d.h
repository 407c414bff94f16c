#ifndef KN_POOL1D_H
#define KN_POOL1D_H

#include "../../runtime/maths.h"
#include "../../runtime/sum.h"
#include "window.h"

/* Largest of count values, step floats apart. */
KN_HELPER float kn_largest(const float *x, uint32_t count, uint32_t step)
{
    float largest = *x;
    for (; count > 1u; count--) {
        x += step;
        largest = kn_max(largest, *x);
    }
    return largest;
}

/* Largest value or mean of every window of every channel. */
KN_STEP void kn_pool1d(const kn_pool1d_block *block, const float *in, float *out, float *scratch)
{
    uint32_t t, c;
    (void)scratch;
    for (t = 0; t < block->out_length; t++) {
        const kn_window window =
            kn_window_at(t * block->stride, block->before, block->length, block->kernel, 1u);
        const float *x = in + window.start * block->channels;
        const float count = (float)(block->kind == 1u ? window.taps : block->kernel);
        for (c = 0; c < block->channels; c++) {
            *out++ = block->kind == 0u ? kn_largest(x, window.taps, block->channels)
                                       : kn_sum(x, window.taps, block->channels) / count;
            x++;
        }
    }
}

#endif
