#ifndef KN_RFFT_H
#define KN_RFFT_H

#include "../runtime/frame.h"
#include "../runtime/maths.h"
#include "../runtime/rfft.h"

/* Spectrum: out[k * length / 2 + i] is bin i + 1 of the k-th wanted axis without its
 * mean, tapered where there is a window; mode 0 power, 1 its
 * square root, 2 its logarithm. Scratch holds length floats. */
KN_STEP void kn_rfft(const kn_rfft_block *block, const kn_shape *shape, const float *in,
                     const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    const uint32_t length = shape->length, bins = length / 2;
    uint32_t k, i;
    for (k = 0; k < wanted_count; k++) {
        kn_centred_frame(in + (uint32_t)wanted[k] * shape->axis_step, length, shape->sample_step,
                         scratch);
        if (block->windowed != 0u) {
            kn_window_frame(scratch, length, block->quarter_wave, block->window);
        }
        kn_power_spectrum(scratch, length, block->quarter_wave, out);
        if (block->mode == 1u) {
            for (i = 0; i < bins; i++) {
                out[i] = kn_sqrt(out[i]);
            }
        } else if (block->mode == 2u) {
            for (i = 0; i < bins; i++) {
                out[i] = kn_log(kn_max(out[i], KN_TINY));
            }
        }
        out += bins;
    }
}

#endif
