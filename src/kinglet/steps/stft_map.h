#ifndef KN_STFT_MAP_H
#define KN_STFT_MAP_H

#include "../runtime/frame.h"
#include "../runtime/log_mean.h"
#include "../runtime/rfft.h"

/* Time-frequency map: feature (a * cells + t) * bands + b is the log of the mean power of bins
 * [edges[b], edges[b + 1]) over the `pool` frames of cell t of axis a. Scratch holds one and a
 * half frames: the frame, then the mean spectrum. */
KN_STEP void kn_stft_map(const kn_stft_map_block *block, const kn_shape *shape, const float *in,
                         const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    const uint32_t size = block->frame_length, step = shape->sample_step, pool = block->pool;
    float *const spectrum = scratch + size;
    const float share = 1.0f / (float)pool;
    uint32_t k, j, i, current = UINT32_MAX;
    for (k = 0; k < wanted_count; k++) {
        const uint32_t cell = wanted[k] / block->bands;
        const uint16_t *edges = block->edges + wanted[k] % block->bands;
        if (cell != current) {
            const float *x = in + cell / block->cells * shape->axis_step +
                             cell % block->cells * pool * block->hop * step;
            current = cell;
            for (j = 0; j < pool; j++) {
                kn_centred_frame(x + j * block->hop * step, size, step, scratch);
                kn_window_frame(scratch, size, block->quarter_wave, block->window);
                kn_power_spectrum(scratch, size, block->quarter_wave, scratch);
                for (i = 0; i < size / 2; i++) {
                    spectrum[i] = (j > 0u ? spectrum[i] : 0.0f) + share * scratch[i];
                }
            }
        }
        out[k] = kn_log_mean(spectrum + edges[0], (uint32_t)edges[1] - edges[0], 1u);
    }
}

#endif
