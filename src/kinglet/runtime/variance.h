/* Running means and sums of squared deviations that never overflow and fade where asked to. */
#ifndef KN_VARIANCE_H
#define KN_VARIANCE_H

#include "maths.h"

/* Count one more: never beyond the horizon. */
KN_HELPER float kn_count(float count, float horizon)
{
    return kn_min(count + 1.0f, horizon);
}

/* Take a vector into mean and squares (sums of squared deviations; Welford 1962), count being the
 * number with the vector in it. At the horizon the sums lose as much as a vector weighs, so that
 * what is older fades. */
KN_STEP void kn_welford(float *mean, float *square, const float *in, uint32_t inputs, float count,
                        float horizon)
{
    const float weight = 1.0f / count;
    const float kept = count < horizon ? 1.0f : 1.0f - weight;
    uint32_t i;
    for (i = 0; i < inputs; i++) {
        const float change = in[i] - mean[i];
        mean[i] += change * weight;
        square[i] = kept * square[i] + change * (in[i] - mean[i]);
    }
}

/* Variance below which a difference is rounding: (1e-5 mean)^2, and a floor for a mean of zero. */
KN_HELPER float kn_least_variance(float mean)
{
    return 1e-10f * mean * mean + KN_TINY;
}

/* Squared deviation over its variance; bounded, so that a mean of many stays finite. */
KN_HELPER float kn_share(float deviation, float variance)
{
    return kn_min(deviation * deviation / variance, 1e12f);
}

/* Logarithm of a mean of such shares; what is nearer than a thousandth is as near as can be. */
KN_HELPER float kn_log_share(float share)
{
    return kn_log(kn_max(share, 1e-3f));
}

#endif
