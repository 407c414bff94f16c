/* A stretch of a signal made ready for a transform: its mean taken away, tapered at the ends. */
#ifndef KN_FRAME_H
#define KN_FRAME_H

#include "sum.h"

/* out_i = x_i - mean(x), i = 0..count-1; samples of x are step floats apart. */
KN_STEP void kn_centred_frame(const float *x, uint32_t count, uint32_t step, float *out)
{
    const float mean = kn_sum(x, count, step) / (float)count;
    uint32_t i;
    for (i = 0; i < count; i++) {
        out[i] = x[i * step] - mean;
    }
}

/* x_i times the window a - b c + d c^2, c = cos(2 pi i / n), in place; n = 2^p >= 4. Window holds
 * a, b, d; quarter_wave[i] = sin(2 pi i / n), i = 0..n/4, is the table of the transform. */
KN_STEP void kn_window_frame(float *x, uint32_t n, const float *quarter_wave, const float *window)
{
    uint32_t i;
    for (i = 0; i <= n / 2; i++) {
        const float c = i <= n / 4 ? quarter_wave[n / 4 - i] : -quarter_wave[i - n / 4];
        const float weight = window[0] - c * (window[1] - c * window[2]);
        x[i] *= weight;
        if (i > 0u && i < n / 2) {
            x[n - i] *= weight;
        }
    }
}

#endif
