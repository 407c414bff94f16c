#ifndef KN_BANDS_H
#define KN_BANDS_H

#include "../runtime/log_mean.h"

/* Bands: feature a * bands + b is the mean of bins [edges[b], edges[b + 1]) of axis a of a
 * spectrum, or its logarithm. */
KN_STEP void kn_bands(const kn_bands_block *block, const kn_shape *shape, const float *in,
                      const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    const uint32_t bands = block->bands, step = shape->sample_step;
    uint32_t k;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const uint32_t axis = wanted[k] / bands;
        const uint16_t *edges = block->edges + wanted[k] % bands;
        const uint32_t count = (uint32_t)edges[1] - edges[0];
        const float *x = in + axis * shape->axis_step + edges[0] * step;
        out[k] = block->logarithm != 0u ? kn_log_mean(x, count, step)
                                        : kn_sum(x, count, step) / (float)count;
    }
}

#endif
