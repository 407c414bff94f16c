#ifndef KN_CONV1D_INT8_H
#define KN_CONV1D_INT8_H

#include "int8_grid.h"
#include "rows_int8.h"
#include "window.h"

/* One filter with one weight a tap. */
KN_HELPER int32_t kn_add_column_int8(const int8_t *w, const int8_t *x, uint32_t taps,
                                     uint32_t apart, int32_t sum)
{
    for (; taps > 0u; taps--) {
        sum += *w++ * *x;
        x += apart;
    }
    return sum;
}

/* Add the taps of `count` filters, four or one, to their sums; share weights a tap. */
KN_HELPER void kn_add_taps_int8(const kn_conv1d_int8_block *block, const int8_t *w,
                                const int8_t *x, uint32_t taps, uint32_t share, uint32_t count,
                                int32_t *sums)
{
    const uint32_t apart = block->dilation * block->channels;
    const uint32_t run = apart == share ? taps * share : share; /* values that lie side by side */
    uint32_t runs = apart == share ? 1u : taps;
    if ((share == 1u) && (count == 1u)) {
        *sums = kn_add_column_int8(w, x, taps, apart, *sums);
        return;
    }
    for (; runs > 0u; runs--) {
        if (count == 4u) {
            kn_add_four_rows_int8(w, block->kernel * share, x, run, sums);
        } else {
            *sums += kn_dot_integers(w, x, run);
        }
        w += share;
        x += apart;
    }
}

/* Sum of the weights of one filter whose taps lie outside of the signal. */
KN_HELPER int32_t kn_weights_outside(const int8_t *row, kn_window window, uint32_t kernel,
                                     uint32_t share)
{
    const uint32_t from = window.skipped * share, to = from + window.taps * share;
    int32_t sum = 0;
    uint32_t i;
    for (i = 0; i < from; i++) {
        sum += row[i];
    }
    for (i = to; i < kernel * share; i++) {
        sum += row[i];
    }
    return sum;
}

/* Every filter over every window. in holds int8, four in the room of a float, and so does out where
 * the values out are quantised. */
KN_STEP void kn_conv1d_int8(const kn_conv1d_int8_block *block, const float *in, float *out,
                            float *scratch)
{
    const uint32_t share = block->channels / block->groups;
    const uint32_t each = block->filters / block->groups;
    int8_t *steps = (int8_t *)out;
    uint32_t t, g, f, k, count;
    (void)scratch;
    for (t = 0; t < block->out_length; t++) {
        const kn_window window = kn_window_at(t * block->stride, block->before, block->length,
                                              block->kernel, block->dilation);
        const int8_t *x = (const int8_t *)in + window.start * block->channels;
        const int8_t *row = block->weights;
        const int32_t *bias = block->bias;
        const float *multiplier = block->multiplier;
        for (g = 0; g < block->groups; g++) {
            for (f = 0; f < each; f += count) {
                const int8_t *w = row + window.skipped * share;
                int32_t sums[4];
                count = each - f < 4u ? 1u : 4u;
                for (k = 0; k < count; k++) {
                    sums[k] = *bias++;
                    if (window.taps != block->kernel) {
                        sums[k] += block->zero_in *
                                   kn_weights_outside(row, window, block->kernel, share);
                    }
                    row += block->kernel * share;
                }
                kn_add_taps_int8(block, w, x, window.taps, share, count, sums);
                for (k = 0; k < count; k++) {
                    const float value = (float)sums[k] * *multiplier++;
                    if (block->quantised != 0u) {
                        *steps++ = kn_to_grid(value, block->zero_out, block->low, block->high);
                    } else {
                        *out++ = value;
                    }
                }
            }
            x += share;
        }
    }
}

#endif
