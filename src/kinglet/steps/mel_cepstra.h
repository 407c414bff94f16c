#ifndef KN_MEL_CEPSTRA_H
#define KN_MEL_CEPSTRA_H

#include "../runtime/frame.h"
#include "../runtime/maths.h"
#include "../runtime/rfft.h"

/* Logarithm of the power that each triangular filter lets through. Filter m rises from 0 at bin
 * edges[m] to 1 at edges[m + 1] and falls to 0 at edges[m + 2]: between two edges each bin is
 * shared by the filter that falls and the next, which rises. */
KN_HELPER void kn_mel_cepstra_filter(const float *power, const uint16_t *edges, uint32_t filters,
                                     float *level)
{
    float risen = 0.0f;
    uint32_t m, i;
    for (m = 0; m <= filters; m++) {
        const uint32_t width = (uint32_t)edges[m + 1u] - edges[m];
        const float slope = 1.0f / (float)width;
        float rising = 0.0f, falling = risen;
        for (i = 0; i < width; i++) {
            const float p = power[edges[m] + i], share = p * ((float)i * slope);
            rising += share;
            falling += p - share;
        }
        if (m > 0u) {
            level[m - 1u] = kn_log(kn_max(falling, KN_TINY));
        }
        risen = rising;
    }
}

/* Coefficient c of the discrete cosine transform, sum_m x_m cos(pi c (2m + 1) / (2 count)).
 * quarter_wave[i] = sin(2 pi i / (4 count)), i = 0..count. */
KN_HELPER float kn_mel_cepstra_cosine(const float *x, uint32_t count, uint32_t c,
                                      const float *quarter_wave)
{
    float sum = 0.0f;
    uint32_t m, phase = c;
    for (m = 0; m < count; m++) {
        const uint32_t mirrored = phase <= 2u * count ? phase : 4u * count - phase;
        sum += x[m] * (mirrored <= count ? quarter_wave[count - mirrored]
                                         : -quarter_wave[mirrored - count]);
        phase += 2u * c;
        if (phase >= 4u * count) {
            phase -= 4u * count;
        }
    }
    return sum;
}

/* Cepstra: feature (a * frames + t) * coefficients + c is coefficient c of frame t of axis a.
 * Scratch holds one frame; the levels of the filters take its upper half. */
KN_STEP void kn_mel_cepstra(const kn_mel_cepstra_block *block, const kn_shape *shape,
                            const float *in, const uint16_t *wanted, uint32_t wanted_count,
                            float *out, float *scratch)
{
    const uint32_t size = block->frame_length, step = shape->sample_step;
    const uint32_t filters = block->filters;
    float *const level = scratch + size / 2;
    uint32_t k, current = UINT32_MAX;
    for (k = 0; k < wanted_count; k++) {
        const uint32_t frame = wanted[k] / block->coefficients;
        if (frame != current) {
            current = frame;
            kn_centred_frame(in + frame / block->frames * shape->axis_step +
                                 frame % block->frames * block->hop * step,
                             size, step, scratch);
            kn_window_frame(scratch, size, block->quarter_wave, block->window);
            kn_power_spectrum(scratch, size, block->quarter_wave);
            kn_mel_cepstra_filter(scratch, block->edges, filters, level);
        }
        out[k] = block->scale * kn_mel_cepstra_cosine(level, filters,
                                                      wanted[k] % block->coefficients,
                                                      block->cosine);
    }
}

#endif
