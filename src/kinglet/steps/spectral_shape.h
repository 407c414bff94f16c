#ifndef KN_SPECTRAL_SHAPE_H
#define KN_SPECTRAL_SHAPE_H

#include "../runtime/maths.h"
#include "../runtime/sum.h"

/* Bins as shares of the largest, negative ones as 0; returns the place of the largest, or bins
 * for silence. */
KN_HELPER uint32_t kn_spectral_shape_shares(const float *x, uint32_t bins, uint32_t step,
                                            float *share)
{
    uint32_t i, peak = 0;
    float factor;
    for (i = 1; i < bins; i++) {
        if (x[i * step] > x[peak * step]) {
            peak = i;
        }
    }
    if (x[peak * step] < 1e-30f) {
        return bins;
    }
    factor = 1.0f / x[peak * step];
    for (i = 0; i < bins; i++) {
        share[i] = kn_max(x[i * step], 0.0f) * factor;
    }
    return peak;
}

/* Centroid, spread, rolloff, peak frequency, peak share; frequencies from 0 to 1. */
KN_HELPER void kn_spectral_shape_places(const float *share, uint32_t bins, uint32_t peak,
                                        float total, float *out)
{
    const float width = 1.0f / (float)bins, target = 0.85f * total;
    const float left = peak > 0u ? share[peak - 1u] : 0.0f;
    const float right = peak + 1u < bins ? share[peak + 1u] : 0.0f;
    const float top = left + share[peak] + right;
    float centroid = 0.0f, spread = 0.0f, below = 0.0f;
    uint32_t i;
    for (i = 0; i < bins; i++) {
        centroid += share[i] * (float)(i + 1u);
    }
    centroid = centroid / total * width;
    for (i = 0; i < bins; i++) {
        const float distance = (float)(i + 1u) * width - centroid;
        spread += share[i] * distance * distance;
    }
    for (i = 0; i < bins - 1u && below + share[i] < target; i++) {
        below += share[i];
    }
    out[0] = centroid;
    out[1] = kn_sqrt(spread / total);
    out[2] = kn_min(((float)i + (target - below) / share[i]) * width, 1.0f);
    out[3] = ((float)(peak + 1u) + (right - left) / top) * width;
    out[4] = top / total;
}

/* Entropy as a share of the largest possible, and flatness. */
KN_HELPER void kn_spectral_shape_logs(const float *share, uint32_t bins, float total, float *out)
{
    float logs = 0.0f, weighted = 0.0f;
    uint32_t i;
    for (i = 0; i < bins; i++) {
        const float log_share = kn_log(kn_max(share[i], 1e-12f));
        logs += log_share;
        weighted += share[i] * log_share;
    }
    out[0] = (kn_log(total) - weighted / total) / kn_log((float)bins);
    out[1] = logs / (float)bins - kn_log(total / (float)bins);
}

/* Shape of a spectrum: feature 7 a + f of axis a; f = 0 centroid, 1 spread, 2 rolloff, 3 peak
 * frequency, 4 peak share, 5 entropy, 6 flatness. All are 0 for silence. Scratch holds one axis. */
KN_STEP void kn_spectral_shape(const kn_spectral_shape_block *block, const kn_shape *shape,
                               const float *in, const uint16_t *wanted, uint32_t wanted_count,
                               float *out, float *scratch)
{
    const uint32_t bins = shape->length;
    uint32_t k, axis = UINT32_MAX, peak = 0;
    uint32_t has_places = 0, has_logs = 0;
    float features[7], total = 0.0f;
    (void)block;
    for (k = 0; k < wanted_count; k++) {
        const uint32_t feature = wanted[k] % 7u;
        if (wanted[k] / 7u != axis) {
            axis = wanted[k] / 7u;
            peak = kn_spectral_shape_shares(in + axis * shape->axis_step, bins,
                                            shape->sample_step, scratch);
            total = kn_sum(scratch, bins, 1u);
            has_places = has_logs = 0u;
        }
        if (peak == bins) {
            out[k] = 0.0f;
            continue;
        }
        if (feature < 5u && has_places == 0u) {
            kn_spectral_shape_places(scratch, bins, peak, total, features);
            has_places = 1u;
        } else if (feature >= 5u && has_logs == 0u) {
            kn_spectral_shape_logs(scratch, bins, total, features + 5);
            has_logs = 1u;
        }
        out[k] = features[feature];
    }
}

#endif
