/* Nearest neighbours among a bounded, fair sample of what was learned. The state is
 *   count, last number drawn, mean[inputs], square[inputs], difference[inputs],
 *   and the vectors kept, size of them. */
#ifndef KN_RESERVOIR_H
#define KN_RESERVOIR_H

#include "draw.h"
#include "variance.h"

/* Neighbours that can be asked for. */
#define KN_RESERVOIR_MOST 3u
/* Signals over which the differences from nearest neighbours are averaged. */
#define KN_RESERVOIR_MEMORY 50.0f
/* Weighted squared distance beyond which vectors are as far as can be. */
#define KN_RESERVOIR_FAR 1e12f
/* Weight of the variance of all signals in the scale, in signals. */
#define KN_RESERVOIR_PRIOR 4.0f

/* Where the vectors kept begin in the state. */
KN_HELPER uint32_t kn_reservoir_at(uint32_t inputs)
{
    return 2u + 3u * inputs;
}

/* Vectors kept at present. */
KN_HELPER uint32_t kn_reservoir_used(const float *state, uint32_t size)
{
    return (uint32_t)kn_min(state[0], (float)size);
}

/* One over the squared scale of each feature: half the mean squared difference of nearest
 * neighbours, a little of the variance of all signals in it. */
KN_STEP void kn_reservoir_weights(const float *state, uint32_t inputs, float *weights)
{
    const float count = state[0];
    uint32_t i;
    for (i = 0; i < inputs; i++) {
        const float variance = state[2u + inputs + i] / kn_max(count - 1.0f, 1.0f);
        const float scale = (0.5f * count * state[2u + 2u * inputs + i] +
                             KN_RESERVOIR_PRIOR * variance) /
                            (count + KN_RESERVOIR_PRIOR);
        weights[i] = 1.0f / kn_max(scale, kn_least_variance(state[2u + i]));
    }
}

/* The smallest weighted squared distances from the vectors kept into `nearest`, ascending, 1 to 3
 * of them, at most as many as are kept; returns which vector is nearest. */
KN_STEP uint32_t kn_reservoir_find(const float *state, const float *in, uint32_t inputs,
                                    uint32_t size, const float *weights, float *nearest,
                                    uint32_t wanted)
{
    const uint32_t used = kn_reservoir_used(state, size);
    const float *kept = state + kn_reservoir_at(inputs);
    uint32_t best = 0, found = 0, i, k;
    for (k = 0; k < used; k++, kept += inputs) {
        float sum = 0.0f;
        uint32_t at;
        for (i = 0; i < inputs; i++) {
            const float change = in[i] - kept[i];
            sum += change * change * weights[i];
        }
        sum = kn_min(sum, KN_RESERVOIR_FAR);
        if (found < wanted) {
            found++;
        } else if (sum >= nearest[wanted - 1u]) {
            continue;
        }
        for (at = found - 1u; at > 0u && sum < nearest[at - 1u]; at--) {
            nearest[at] = nearest[at - 1u];
        }
        nearest[at] = sum;
        if (at == 0u) {
            best = k;
        }
    }
    return best;
}

/* Learn a vector: its difference from the nearest one, and itself in place of one drawn with
 * probability size / count (reservoir sampling: Vitter 1985, algorithm R). The count stops at the
 * horizon, so from there on every vector enters with probability size / horizon and older ones
 * fade. Scratch holds one value an input. */
KN_STEP void kn_reservoir_learn(float *state, const float *in, uint32_t inputs, uint32_t size,
                                 float horizon, float *scratch)
{
    const float before = state[0];
    float *difference = state + 2u + 2u * inputs;
    float *kept = state + kn_reservoir_at(inputs);
    uint32_t slot, i;
    if (before > 0.0f) {
        const float weight = 1.0f / kn_min(before, KN_RESERVOIR_MEMORY);
        const float *other;
        float nearest[1];
        kn_reservoir_weights(state, inputs, scratch);
        other = kept + kn_reservoir_find(state, in, inputs, size, scratch, nearest, 1u) * inputs;
        for (i = 0; i < inputs; i++) {
            const float change = in[i] - other[i];
            difference[i] += (change * change - difference[i]) * weight;
        }
    }
    state[0] = kn_count(before, horizon);
    kn_welford(state + 2, state + 2u + inputs, in, inputs, state[0], horizon);
    slot = (uint32_t)before;
    if (slot >= kn_reservoir_used(state, size)) {
        const uint32_t draw = kn_draw((uint32_t)state[1]);
        state[1] = (float)draw;
        slot = (uint32_t)kn_draw_below(draw, state[0]);
    }
    if (slot < size) {
        kept += slot * inputs;
        for (i = 0; i < inputs; i++) {
            kept[i] = in[i];
        }
    }
}

/* Logarithm of the mean squared deviation from the nearest vectors. Scratch holds one value an
 * input. */
KN_STEP float kn_reservoir_score(const float *state, const float *in, uint32_t inputs,
                                 uint32_t size, uint32_t wanted, float *scratch)
{
    const uint32_t used = kn_reservoir_used(state, size);
    float nearest[KN_RESERVOIR_MOST];
    float sum = 0.0f;
    uint32_t k;
    wanted = used < wanted ? used : wanted;
    if (wanted > 0u) {
        kn_reservoir_weights(state, inputs, scratch);
        (void)kn_reservoir_find(state, in, inputs, size, scratch, nearest, wanted);
    }
    for (k = 0; k < wanted; k++) {
        sum += nearest[k];
    }
    return kn_log_share(sum / ((float)inputs * kn_max((float)wanted, 1.0f)));
}

#endif
