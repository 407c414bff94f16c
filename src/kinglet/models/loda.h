#ifndef KN_LODA_H
#define KN_LODA_H

#include "../runtime/device_scale.h"
#include "../runtime/draw.h"

/* Projections beyond so many standard deviations lie at the edge. */
#define KN_LODA_EDGE 6.0f

/* Where a projection lies among the bins: the nearest of three neighbours and what share of the
 * value each of them takes (the quadratic B-spline, so that shares change without a jump). */
typedef struct {
    uint32_t bin; /* the first of the three */
    float share[3];
} kn_loda_place;

/* Project a scaled vector onto the next direction: as many features as the block says, every set
 * of them equally likely (Knuth, volume 2, 3.4.2, algorithm S), weights uniform in [-1, 1) and
 * then of unit length. The numbers are drawn anew each time: the code is smaller than a table. */
KN_STEP float kn_loda_project(const kn_loda_block *block, const float *scaled, uint32_t *draw)
{
    const uint32_t inputs = block->inputs;
    uint32_t wanted = block->features, i;
    float sum = 0.0f, length = 0.0f;
    for (i = 0; i < inputs; i++) {
        *draw = kn_draw(*draw);
        if ((*draw >> 8) * (inputs - i) < wanted << 16) {
            float weight;
            *draw = kn_draw(*draw);
            weight = kn_draw_signed(*draw);
            sum += weight * scaled[i];
            length += weight * weight;
            wanted--;
        }
    }
    return sum / kn_sqrt(kn_max(length, KN_TINY));
}

/* Bins apart by 12 / (bins - 3), so that the edges have neighbours on both sides. */
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
    uint32_t i, k, b;
    for (i = 0; i < count; i++) {
        const float weight = 1.0f / (state[0] - (float)(count - 1u - i));
        float *histogram = state + kn_device_scale_own(inputs);
        uint32_t draw = block->seed;
        for (k = 0; k < block->projections; k++, histogram += bins) {
            kn_loda_place place;
            kn_loda_find(kn_loda_project(block, scratch + i * inputs, &draw), bins, &place);
            for (b = 0; b < bins; b++) {
                histogram[b] -= histogram[b] * weight;
            }
            for (b = 0; b < 3u; b++) {
                histogram[place.bin + b] += place.share[b] * weight;
            }
        }
    }
}

/* Mean over the projections of -log density, less that of a standard normal distribution under
 * its own density (1.4189, its entropy). One signal is counted as spread over all bins. Scratch
 * holds a vector. */
KN_STEP float kn_loda_score(const kn_loda_block *block, const float *state, const float *in,
                            float *scratch)
{
    const uint32_t inputs = block->inputs, bins = block->bins;
    const float *histogram = state + kn_device_scale_own(inputs);
    const float count = state[0];
    uint32_t draw = block->seed, k, b;
    float sum = 0.0f;
    if (count < (float)KN_WARM_UP) {
        return 0.0f;
    }
    kn_device_scale(state, in, inputs, scratch);
    for (k = 0; k < block->projections; k++, histogram += bins) {
        kn_loda_place place;
        float density = 0.0f;
        kn_loda_find(kn_loda_project(block, scratch, &draw), bins, &place);
        for (b = 0; b < 3u; b++) {
            density += place.share[b] * histogram[place.bin + b];
        }
        sum += kn_log((count * density + 1.0f / (float)bins) / (count + 1.0f));
    }
    return kn_log(2.0f * KN_LODA_EDGE / ((float)bins - 3.0f)) - 1.41893853f -
           sum / (float)block->projections;
}

#endif
