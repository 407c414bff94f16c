#ifndef KN_EVT_H
#define KN_EVT_H

#include "../runtime/variance.h"

/* Places in the state; then come mean[inputs], square[inputs] and the gaps between the latest
 * outliers, in detections, 0 where there is none yet. */
#define KN_EVT_COUNT 0u     /* samples learned */
#define KN_EVT_SINCE 1u     /* detections since the latest outlier, itself among them; 0: none yet */
#define KN_EVT_PEAK 2u      /* largest deviation of the excursion that lasts; 0: there is none */
#define KN_EVT_MAXIMA 3u    /* maxima learned, up to one less than are remembered */
#define KN_EVT_MEAN 4u      /* mean of the maxima, as excesses over gamma */
#define KN_EVT_VARIANCE 5u  /* their variance */
#define KN_EVT_SHAPE 6u     /* kappa of the Weibull distribution that has these moments */
#define KN_EVT_LOG_SCALE 7u /* log lambda */
#define KN_EVT_HEAD 8u

/* Samples before deviations are in a unit worth counting in. */
#define KN_EVT_WARM_UP 10.0f
/* Where a float stops to count. */
#define KN_EVT_AGES 16777216.0f

/* log Gamma(z), 1 <= z <= 5, within 3e-6: Stirling's series at z + 4 (Abramowitz and Stegun,
 * 6.1.41) and four steps down by Gamma(z + 1) = z Gamma(z). */
KN_STEP float kn_log_gamma(float z)
{
    const float y = z + 4.0f;
    const float series = (0.0833333333f - 0.00277777778f / (y * y)) / y;
    const float product = z * (z + 1.0f) * ((z + 2.0f) * (z + 3.0f));
    return (y - 0.5f) * kn_log(y) - y + (0.918938533f + series) - kn_log(product);
}

/* Weibull distribution with the moments of the maxima: kappa = (spread / mean)^-1.086, bounded,
 * and lambda = mean / Gamma(1 + 1 / kappa). */
KN_STEP void kn_evt_fit(float *state)
{
    const float mean = kn_max(state[KN_EVT_MEAN], 1e-6f);
    const float ratio = kn_max(state[KN_EVT_VARIANCE] / (mean * mean), KN_TINY);
    const float shape = kn_min(kn_max(kn_exp(-0.543f * kn_log(ratio)), 0.3f), 6.0f);
    state[KN_EVT_SHAPE] = shape;
    state[KN_EVT_LOG_SCALE] = kn_log(mean) - kn_log_gamma(1.0f + 1.0f / shape);
}

/* Largest deviation from the mean of any input, in standard deviations; at most 1e6. */
KN_STEP float kn_evt_deviation(const kn_evt_block *block, const float *state, const float *in)
{
    const float *mean = state + KN_EVT_HEAD, *square = mean + block->inputs;
    const float freedom = kn_max(state[KN_EVT_COUNT] - 1.0f, 1.0f);
    float largest = 0.0f;
    uint32_t i;
    for (i = 0; i < block->inputs; i++) {
        const float variance = kn_max(square[i] / freedom, kn_least_variance(mean[i]));
        largest = kn_max(largest, kn_share(in[i] - mean[i], variance));
    }
    return kn_sqrt(largest);
}

/* Follow the excursions above gamma; one that has ended gives the next maximum. */
KN_STEP void kn_evt_follow(const kn_evt_block *block, float *state, float deviation)
{
    float weight, change;
    if (deviation > block->gamma) {
        state[KN_EVT_PEAK] = kn_max(state[KN_EVT_PEAK], deviation);
        return;
    }
    if (state[KN_EVT_PEAK] > 0.0f) {
        state[KN_EVT_MAXIMA] = kn_min(state[KN_EVT_MAXIMA] + 1.0f, block->maxima - 1.0f);
        weight = 1.0f / (state[KN_EVT_MAXIMA] + 1.0f);
        change = state[KN_EVT_PEAK] - block->gamma - state[KN_EVT_MEAN];
        state[KN_EVT_MEAN] += weight * change;
        state[KN_EVT_VARIANCE] += weight * (change * change);
        state[KN_EVT_VARIANCE] *= 1.0f - weight;
        state[KN_EVT_PEAK] = 0.0f;
        kn_evt_fit(state);
    }
}

/* Learn one sample. Before the first maximum stands what a normal distribution would give: an
 * exponential tail of mean 1 / gamma. */
KN_STEP void kn_evt_learn(const kn_evt_block *block, float *state, const float *in, float *scratch)
{
    float *mean = state + KN_EVT_HEAD, *square = mean + block->inputs;
    (void)scratch;
    if (state[KN_EVT_COUNT] < 1.0f) {
        state[KN_EVT_MEAN] = 1.0f / block->gamma;
        state[KN_EVT_VARIANCE] = state[KN_EVT_MEAN] * state[KN_EVT_MEAN];
        kn_evt_fit(state);
    } else if (state[KN_EVT_COUNT] >= kn_min(KN_EVT_WARM_UP, block->horizon)) {
        kn_evt_follow(block, state, kn_evt_deviation(block, state, in));
    }
    state[KN_EVT_COUNT] = kn_count(state[KN_EVT_COUNT], block->horizon);
    kn_welford(mean, square, in, block->inputs, state[KN_EVT_COUNT], block->horizon);
}

/* Share of the limit: above 1 exactly where the Weibull distribution of the maxima is above delta,
 * ((y - gamma) / lambda)^kappa > -log(1 - delta). Up to gamma y / gamma - 1, at most 0. */
KN_STEP float kn_evt_score(const kn_evt_block *block, const float *state, const float *in,
                           float *scratch)
{
    const float deviation = kn_evt_deviation(block, state, in);
    float power;
    (void)scratch;
    if (!(deviation > block->gamma)) {
        return deviation / block->gamma - 1.0f;
    }
    power = kn_log(deviation - block->gamma) - state[KN_EVT_LOG_SCALE];
    return kn_exp(state[KN_EVT_SHAPE] * power) / block->limit;
}

/* Count one detection. An outlier joins the ring of the latest; where outliers must be collective,
 * its score counts if the ring is full and its gaps are short, and else is that of the limit. */
KN_STEP float kn_evt_vote(const kn_evt_block *block, float *state, float score)
{
    float *gaps = state + KN_EVT_HEAD + 2u * block->inputs;
    const uint32_t last = block->gaps - 1u;
    float sum;
    uint32_t i;
    if (!(score > 1.0f)) {
        if (state[KN_EVT_SINCE] > 0.0f) {
            state[KN_EVT_SINCE] = kn_count(state[KN_EVT_SINCE], KN_EVT_AGES);
        }
        return score;
    }
    if (state[KN_EVT_SINCE] > 0.0f) {
        for (i = 0; i < last; i++) {
            gaps[i] = gaps[i + 1u];
        }
        gaps[last] = state[KN_EVT_SINCE];
    }
    state[KN_EVT_SINCE] = 1.0f;
    sum = 0.0f;
    for (i = 0; i <= last; i++) {
        sum += gaps[i];
    }
    if (block->collective != 0u && !(gaps[0] > 0.0f && sum <= block->longest)) {
        return 1.0f;
    }
    return score;
}

#endif
