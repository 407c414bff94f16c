#ifndef KN_CONV1D_H
#define KN_CONV1D_H

#include "../../runtime/sum.h"
#include "rows.h"
#include "window.h"

/* One filter with one weight a tap. */
KN_HELPER float kn_add_column(const float *w, const float *x, uint32_t taps, uint32_t apart,
                              float sum)
{
    for (; taps > 0u; taps--) {
        sum += *w++ * *x;
        x += apart;
    }
    return sum;
}

/* Add the taps of `count` filters, four or one, to their sums; share weights a tap. */
KN_HELPER void kn_add_taps(const kn_conv1d_block *block, const float *w, const float *x,
                           uint32_t taps, uint32_t share, uint32_t count, float *sums)
{
    const uint32_t apart = block->dilation * block->channels;
    const uint32_t run = apart == share ? taps * share : share; /* values that lie side by side */
    uint32_t runs = apart == share ? 1u : taps;
    if ((share == 1u) && (count == 1u)) {
        *sums = kn_add_column(w, x, taps, apart, *sums);
        return;
    }
    for (; runs > 0u; runs--) {
        if (count == 4u) {
            kn_add_four_rows(w, block->kernel * share, x, run, sums);
        } else {
            *sums += kn_dot(w, x, run);
        }
        w += share;
        x += apart;
    }
}

/* Every filter over every window; taps that lie outside of the signal are left out. */
KN_STEP void kn_conv1d(const kn_conv1d_block *block, const float *in, float *out, float *scratch)
{
    const uint32_t share = block->channels / block->groups;
    const uint32_t each = block->filters / block->groups;
    uint32_t t, g, f, k, count;
    (void)scratch;
    for (t = 0; t < block->out_length; t++) {
        const kn_window window = kn_window_at(t * block->stride, block->before, block->length,
                                              block->kernel, block->dilation);
        const float *x = in + window.start * block->channels;
        const float *w = block->weights + window.skipped * share;
        const float *bias = block->bias;
        for (g = 0; g < block->groups; g++) {
            for (f = 0; f < each; f += count) {
                count = each - f < 4u ? 1u : 4u;
                for (k = 0; k < count; k++) {
                    out[k] = *bias++;
                }
                kn_add_taps(block, w, x, window.taps, share, count, out);
                out += count;
                w += count * block->kernel * share;
            }
            x += share;
        }
    }
}

#endif
