#ifndef KN_POOL1D_INT8_H
#define KN_POOL1D_INT8_H

#include "window.h"

/* Largest step, or mean, of every window of every channel. in holds int8, four in the room of a
 * float, and so does out for the largest; means are floats. */
KN_STEP void kn_pool1d_int8(const kn_pool1d_int8_block *block, const float *in, float *out,
                            float *scratch)
{
    int8_t *steps = (int8_t *)out;
    uint32_t t, c, i;
    (void)scratch;
    for (t = 0; t < block->out_length; t++) {
        const kn_window window =
            kn_window_at(t * block->stride, block->before, block->length, block->kernel, 1u);
        for (c = 0; c < block->channels; c++) {
            const int8_t *x = (const int8_t *)in + window.start * block->channels + c;
            int8_t largest = -128;
            int32_t sum = 0;
            for (i = 0; i < window.taps; i++) {
                sum += *x - block->zero;
                largest = *x > largest ? *x : largest;
                x += block->channels;
            }
            if (block->mean != 0u) {
                *out++ = (float)sum * block->scale / (float)window.taps;
            } else {
                *steps++ = largest;
            }
        }
    }
}

#endif
