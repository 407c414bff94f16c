#ifndef KN_AUTOCORRELATION_H
#define KN_AUTOCORRELATION_H

#include "../runtime/frame.h"

/* Autocorrelation: feature a * lags + k is sum_i y_i y_{i + lag[k]} / sum_i y_i^2 of axis a,
 * y = x - mean(x); 0 for a constant. Scratch holds one axis. */
KN_STEP void kn_autocorrelation(const kn_autocorrelation_block *block, const kn_shape *shape,
                                const float *in, const uint16_t *wanted, uint32_t wanted_count,
                                float *out, float *scratch)
{
    const uint32_t lags = block->lags, length = shape->length;
    uint32_t k, axis = UINT32_MAX;
    float energy = 0.0f;
    for (k = 0; k < wanted_count; k++) {
        const uint32_t lag = block->lag[wanted[k] % lags];
        if (wanted[k] / lags != axis) {
            const float first = in[wanted[k] / lags * shape->axis_step];
            axis = wanted[k] / lags;
            kn_centred_frame(in + axis * shape->axis_step, length, shape->sample_step, scratch);
            energy = kn_dot(scratch, scratch, length);
            if (energy <= 1e-12f * (float)length * first * first) {
                energy = 0.0f; /* a constant: what is left of it is rounding */
            }
        }
        out[k] = energy > 0.0f ? kn_dot(scratch, scratch + lag, length - lag) / energy : 0.0f;
    }
}

#endif
