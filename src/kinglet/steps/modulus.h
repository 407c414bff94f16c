#ifndef KN_MODULUS_H
#define KN_MODULUS_H

#include "../runtime/maths.h"

/* Modulus: out[k * length + i] is the root of the sum of squares, at sample i, over the axes of the
 * k-th wanted group, at most 1.7e19: larger ones, as spectra have, are cut off there. */
KN_STEP void kn_modulus(const kn_modulus_block *block, const kn_shape *shape, const float *in,
                        const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    const uint32_t length = shape->length, size = block->size;
    uint32_t k, i, a;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const uint8_t *axes = block->axes + wanted[k] * size;
        const float *x = in;
        for (i = 0; i < length; i++) {
            float sum = 0.0f;
            for (a = 0; a < size; a++) {
                const float value = x[axes[a] * (uint32_t)shape->axis_step];
                sum += value * value;
            }
            *out++ = kn_sqrt(kn_min(sum, 3e38f));
            x += shape->sample_step;
        }
    }
}

#endif
