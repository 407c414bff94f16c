/* A stretch of a signal made ready for a transform: its mean taken away, tapered at the ends. */
#ifndef KN_FRAME_H
#define KN_FRAME_H

#include "sum.h"

/* out_i = x_i - mean(x), i = 0..count-1; samples of x are step floats apart. */
KN_STEP void kn_centred_frame(const float *x, uint32_t count, uint32_t step, float *out)
{
    const float mean = kn_sum(x, count, step) / (float)count;
    uint32_t i = 0, at = 0;
    for (; i + 4 <= count; i += 4) {
        out[i] = x[at] - mean;
        out[i + 1] = x[at + step] - mean;
        out[i + 2] = x[at + 2 * step] - mean;
        out[i + 3] = x[at + 3 * step] - mean;
        at += 4 * step;
    }
    for (; i < count; i++) {
        out[i] = x[at] - mean;
        at += step;
    }
}

/* x_i times the window a - b c + d c^2, c = cos(2 pi i / n), in place; n = 2^p >= 8. Window holds
 * a, b, d; quarter_wave[i] = sin(2 pi i / n), i = 0..n/4, is the table of the transform. */
KN_STEP void kn_window_frame(float *x, uint32_t n, const float *quarter_wave, const float *window)
{
    const float a = window[0], b = window[1], d = window[2];
    float *const middle = x + n / 2;
    uint32_t i;
    x[0] *= a - b + d;
    x[n / 4] *= a;
    middle[0] *= a + b + d;
    middle[n / 4] *= a;
    for (i = 1; i < n / 4; i++) {
        const float c = quarter_wave[n / 4 - i];
        const float even = a + d * c * c, odd = b * c;
        x[i] *= even - odd;
        middle[-(int32_t)i] *= even + odd;
        middle[i] *= even + odd;
        x[n - i] *= even - odd;
    }
}

#endif
