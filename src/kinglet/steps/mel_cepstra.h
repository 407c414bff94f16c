#ifndef KN_MEL_CEPSTRA_H
#define KN_MEL_CEPSTRA_H

#include "../runtime/frame.h"
#include "../runtime/maths.h"
#include "../runtime/rfft.h"

/* Logarithm of the power that each triangular filter lets through; power[k] is that at frequency
 * k, and power[0] counts for nothing. Filter m rises from 0 at edges[m], edges[0] = 0, to 1 at
 * edges[m + 1] and falls to 0 at edges[m + 2]: between two edges each power is shared by the
 * filter that falls and the next, which rises. */
KN_HELPER void kn_mel_cepstra_filter(const float *power, const uint16_t *edges, uint32_t filters,
                                     float *level)
{
    float risen = 0.0f;
    uint32_t m, i;
    for (m = 0; m <= filters; m++) {
        float place = 0.0f, sum = 0.0f, moment = 0.0f;
        for (i = edges[m]; i < edges[m + 1u]; i++) {
            sum += power[i];
            moment += place * power[i];
            place += 1.0f;
        }
        moment = moment / place;
        if (m > 0u) {
            level[m - 1u] = kn_log(kn_max(risen + (sum - moment), KN_TINY));
        }
        risen = moment;
    }
}

/* One coefficient of the cosine transform, scale sum_m x_m cos((m + 1/2) angle), by Clenshaw's
 * recurrence in Reinsch's form, which does not lose digits where the angle is small; cosine holds
 * 2 cos(angle) - 2 and scale cos(angle / 2). */
KN_HELPER float kn_mel_cepstra_coefficient(const float *x, uint32_t count, const float *cosine)
{
    float sum = 0.0f, difference = 0.0f;
    while (count-- > 0u) {
        difference = (x[count] + difference) + cosine[0] * sum;
        sum += difference;
    }
    return cosine[1] * difference;
}

/* Cepstra: feature (a * frames + t) * coefficients + c is coefficient c of frame t of axis a.
 * Scratch holds one frame; the levels of the filters take its upper half. */
KN_STEP void kn_mel_cepstra(const kn_mel_cepstra_block *block, const kn_shape *shape,
                            const float *in, const uint16_t *wanted, uint32_t wanted_count,
                            float *out, float *scratch)
{
    const uint32_t size = block->frame_length, step = shape->sample_step;
    const uint32_t filters = block->filters;
    float *const level = scratch + size / 2 + 1;
    uint32_t k, current = UINT32_MAX;
    for (k = 0; k < wanted_count; k++) {
        const uint32_t frame = wanted[k] / block->coefficients;
        if (frame != current) {
            current = frame;
            kn_centred_frame(in + frame / block->frames * shape->axis_step +
                                 frame % block->frames * block->hop * step,
                             size, step, scratch);
            kn_window_frame(scratch, size, block->quarter_wave, block->window);
            kn_power_spectrum(scratch, size, block->quarter_wave, scratch + 1);
            kn_mel_cepstra_filter(scratch, block->edges, filters, level);
        }
        out[k] = kn_mel_cepstra_coefficient(
            level, filters, block->cosine + 2u * (wanted[k] % block->coefficients));
    }
}

#endif
