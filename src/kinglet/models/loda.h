#ifndef KN_LODA_H
#define KN_LODA_H

#include "../runtime/device_scale.h"

/* Projections beyond so many standard deviations lie at the edge. */
#define KN_LODA_EDGE 8.0f

/* Where a projection lies: among three neighbouring bins, of which each takes its share (the
 * quadratic B-spline, so that shares change without a jump). */
typedef struct {
    uint32_t bin; /* the first of the three */
    float share[3];
} kn_loda_place;

/* A scaled vector along a direction: of each of its features the number, and 127 times the weight.
 */
KN_STEP float kn_loda_project(const kn_loda_block *block, uint32_t direction, const float *scaled)
{
    const uint32_t features = block->features;
    const uint8_t *const chosen = block->chosen + direction * features;
    const int8_t *const weights = block->weights + direction * features;
    float sum = 0.0f;
    uint32_t i;
    for (i = 0; i < features; i++) {
        sum += (float)weights[i] * scaled[chosen[i]];
    }
    return sum * (1.0f / 127.0f);
}

/* Bins apart by 16 / (bins - 3), so that the edges have neighbours on both sides. */
KN_STEP void kn_loda_find(float projection, uint32_t bins, kn_loda_place *place)
{
    const float edge = kn_max(kn_min(projection, KN_LODA_EDGE), -KN_LODA_EDGE);
    const float at = (edge + KN_LODA_EDGE) * (((float)bins - 3.0f) / (2.0f * KN_LODA_EDGE));
    const uint32_t nearest = (uint32_t)(at + 0.5f);
    const float off = at - (float)nearest;
    place->bin = nearest;
    place->share[0] = 0.5f * (0.5f - off) * (0.5f - off);
    place->share[1] = 0.75f - off * off;
    place->share[2] = 0.5f * (0.5f + off) * (0.5f + off);
}

/* Learn one vector: each bin holds the mean share that it took of all signals. Scratch holds ten
 * vectors. */
KN_STEP void kn_loda_learn(const kn_loda_block *block, float *state, const float *in,
                           float *scratch)
{
    const uint32_t inputs = block->inputs, bins = block->bins;
    const uint32_t count = kn_device_scale_take(state, in, inputs, block->horizon, scratch);
    const float weight = 1.0f / state[0], kept = 1.0f - (float)count * weight;
    float *histogram = state + kn_device_scale_own(inputs);
    uint32_t i, k, b;
    if (count == 0u) {
        return;
    }
    for (k = 0; k < block->projections; k++, histogram += bins) {
        for (b = 0; b < bins; b++) {
            histogram[b] *= kept;
        }
        for (i = 0; i < count; i++) {
            kn_loda_place place;
            kn_loda_find(kn_loda_project(block, k, scratch + i * inputs), bins, &place);
            for (b = 0; b < 3u; b++) {
                histogram[place.bin + b] += place.share[b] * weight;
            }
        }
    }
}

/* Mean over the directions of -log density, less that of a standard normal distribution under its
 * own density (1.4189, its entropy). One signal is counted as spread over all bins. Scratch holds
 * a vector. */
KN_STEP float kn_loda_score(const kn_loda_block *block, const float *state, const float *in,
                            float *scratch)
{
    const uint32_t bins = block->bins;
    const float *histogram = state + kn_device_scale_own(block->inputs);
    const float count = state[0];
    float sum = 0.0f;
    uint32_t k, b;
    if (count < (float)KN_WARM_UP) {
        return 0.0f;
    }
    kn_device_scale(state, in, block->inputs, scratch);
    for (k = 0; k < block->projections; k++, histogram += bins) {
        kn_loda_place place;
        float density = 0.0f;
        kn_loda_find(kn_loda_project(block, k, scratch), bins, &place);
        for (b = 0; b < 3u; b++) {
            density += place.share[b] * histogram[place.bin + b];
        }
        sum += kn_log((count * density + 1.0f / (float)bins) / (count + 1.0f));
    }
    return kn_log(2.0f * KN_LODA_EDGE / ((float)bins - 3.0f)) - 1.41893853f -
           sum / (float)block->projections;
}

#endif
