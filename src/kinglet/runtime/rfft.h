/* Discrete Fourier transform and power spectrum of 2^p real values: one code for all lengths, and
 * one small table, a quarter of a sine wave. */
#ifndef KN_RUNTIME_RFFT_H
#define KN_RUNTIME_RFFT_H

#include "types.h"

/* Exchange two complex values. */
KN_HELPER void kn_fft_swap(float *p, float *q)
{
    const float re = p[0], im = p[1];
    p[0] = q[0];
    p[1] = q[1];
    q[0] = re;
    q[1] = im;
}

/* Order complex values by their bit-reversed index. One reversed even number below count / 2
 * settles four places: rev(i + 1) = rev(i) + count / 2, rev(i + count / 2) = rev(i) + 1. */
KN_HELPER void kn_fft_reverse(float *x, uint32_t count)
{
    uint32_t i, reversed = 0;
    for (i = 0; i < count / 2; i += 2) {
        uint32_t bit = count / 2;
        float *const p = x + 2 * i, *const q = x + 2 * reversed;
        if (i < reversed) {
            kn_fft_swap(p, q);
            kn_fft_swap(p + count + 2, q + count + 2);
        }
        kn_fft_swap(p + 2, q + count);
        do { /* add one at the other end */
            bit >>= 1;
            reversed ^= bit;
        } while ((reversed & bit) == 0u && bit != 0u);
    }
}

/* Complex transform in place of values in bit-reversed order: passes of radix 4, before them one
 * of radix 2 if the count is an odd power of two. The middle two inputs of a butterfly lie
 * exchanged, as bit reversal leaves them. Twiddle factors: one is read, its square and cube are
 * computed once for all butterflies that share them. */
KN_HELPER void kn_fft_passes(float *x, uint32_t count, const float *quarter_wave)
{
    uint32_t quarter = 1, stride = count / 2, j;
    float *const end = x + 2 * count;
    float *p;
    if ((count & 0x55555555u) == 0u) {
        for (p = x; p < end; p += 4) {
            const float re = p[2], im = p[3];
            p[2] = p[0] - re;
            p[3] = p[1] - im;
            p[0] += re;
            p[1] += im;
        }
        quarter = 2;
        stride = count / 4;
    }
    for (; quarter < count; quarter *= 4, stride /= 4) {
        for (j = 0; j < quarter; j++) {
            const float c1 = quarter_wave[count / 2 - j * stride], s1 = quarter_wave[j * stride];
            const float c2 = 1.0f - 2.0f * s1 * s1, s2 = 2.0f * s1 * c1;
            const float c3 = c1 * c2 - s1 * s2, s3 = c1 * s2 + s1 * c2;
            for (p = x + 2 * j; p < end; p += 8 * quarter) {
                float *const p1 = p + 2 * quarter, *const p2 = p1 + 2 * quarter;
                float *const p3 = p2 + 2 * quarter;
                const float b_re = p1[0] * c2 + p1[1] * s2, b_im = p1[1] * c2 - p1[0] * s2;
                const float c_re = p2[0] * c1 + p2[1] * s1, c_im = p2[1] * c1 - p2[0] * s1;
                const float d_re = p3[0] * c3 + p3[1] * s3, d_im = p3[1] * c3 - p3[0] * s3;
                const float e_re = p[0] + b_re, e_im = p[1] + b_im;
                const float f_re = p[0] - b_re, f_im = p[1] - b_im;
                const float g_re = c_re + d_re, g_im = c_im + d_im;
                const float h_re = c_re - d_re, h_im = c_im - d_im;
                p[0] = e_re + g_re;
                p[1] = e_im + g_im;
                p1[0] = f_re + h_im;
                p1[1] = f_im - h_re;
                p2[0] = e_re - g_re;
                p2[1] = e_im - g_im;
                p3[0] = f_re - h_im;
                p3[1] = f_im + h_re;
            }
        }
    }
}

/* Transform of n = 2^p real values in place, n >= 2: X_k = sum_i x_i exp(-2 pi i k / n).
 * x[0] becomes X_0 and x[1] X_{n/2}, both real; x[2k] and x[2k + 1] become the real and the
 * imaginary part of X_k, 0 < k < n/2. quarter_wave[i] = sin(2 pi i / n), i = 0..n/4.
 * The n values are taken as n/2 complex ones, whose transform is the sum of those of the even
 * and of the odd samples: the last loop takes the two apart and joins them.
 * Largest error, relative to the largest |X_k|: 3e-7. */
KN_STEP void kn_real_fft(float *x, uint32_t n, const float *quarter_wave)
{
    float first;
    uint32_t k;
    kn_fft_reverse(x, n / 2);
    kn_fft_passes(x, n / 2, quarter_wave);
    first = x[0];
    x[0] = first + x[1];
    x[1] = first - x[1];
    for (k = 1; k <= n / 4; k++) {
        float *const p = x + 2 * k, *const q = x + n - 2 * k;
        const float c = 0.5f * quarter_wave[n / 4 - k], s = 0.5f * quarter_wave[k];
        const float even_re = 0.5f * (p[0] + q[0]), even_im = 0.5f * (p[1] - q[1]);
        const float odd_re = p[1] + q[1], odd_im = q[0] - p[0];
        const float turned_re = odd_re * c + odd_im * s, turned_im = odd_im * c - odd_re * s;
        p[0] = even_re + turned_re;
        p[1] = even_im + turned_im;
        q[0] = even_re - turned_re;
        q[1] = turned_im - even_im;
    }
}

/* Power spectrum of n = 2^p values, n >= 2: out[k - 1] is the share P_k that frequency k / n has
 * in the mean square, k = 1..n/2: 2 |X_k|^2 / n^2, and |X_k|^2 / n^2 for k = n/2. The mean is left
 * out, so that all P_k add up to the variance. The values x are lost; out may be x or x + 1. */
KN_STEP void kn_power_spectrum(float *x, uint32_t n, const float *quarter_wave, float *out)
{
    const float scale = 2.0f / ((float)n * (float)n);
    float last;
    uint32_t k;
    kn_real_fft(x, n, quarter_wave);
    last = x[1];
    for (k = 1; k < n / 2; k++) {
        const float re = x[2 * k], im = x[2 * k + 1];
        out[k - 1] = scale * (re * re + im * im);
    }
    out[n / 2 - 1] = 0.5f * scale * (last * last);
}

#endif
