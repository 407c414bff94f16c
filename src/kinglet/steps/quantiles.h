#ifndef KN_QUANTILES_H
#define KN_QUANTILES_H

#include "../runtime/quantile.h"
#include "../runtime/sort.h"

/* Quantiles: feature a * count + q is quantile q of axis a; scratch holds the sorted axis. */
KN_STEP void kn_quantiles(const kn_quantiles_block *block, const kn_shape *shape, const float *in,
                          const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    const uint32_t length = shape->length, step = shape->sample_step, count = block->count;
    uint32_t axis = 0xFFFFu, k, i;
    for (k = 0; k < wanted_count; k++) {
        if (wanted[k] / count != axis) {
            axis = wanted[k] / count;
            for (i = 0; i < length; i++) {
                scratch[i] = in[axis * shape->axis_step + i * step];
            }
            kn_sort(scratch, length);
        }
        out[k] = kn_quantile(scratch, length, block->percent[wanted[k] % count]);
    }
}

#endif
