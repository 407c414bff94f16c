/* A scaler that learns on the device. It keeps the first ten signals as they are, takes mean and
 * standard deviation from them for good, and then hands them over scaled, in their order: nothing
 * is lost to the warm-up. The state is
 *   count, mean[inputs], gain[inputs], then what the model itself learns;
 * while signals are gathered they lie where the model will learn, and the gains are sums of squared
 * deviations. */
#ifndef KN_DEVICE_SCALE_H
#define KN_DEVICE_SCALE_H

#include "variance.h"

/* Signals of the warm-up. */
#define KN_WARM_UP 10u
/* Standard deviations beyond which a feature is not told apart. */
#define KN_SCALED_MOST 8.0f

/* Where the model's own begins in the state. */
KN_HELPER uint32_t kn_device_scale_own(uint32_t inputs)
{
    return 1u + 2u * inputs;
}

/* Scale a vector by what the warm-up settled. */
KN_STEP void kn_device_scale(const float *state, const float *in, uint32_t inputs, float *out)
{
    const float *const mean = state + 1, *const gain = mean + inputs;
    uint32_t i;
    for (i = 0; i < inputs; i++) {
        const float scaled = (in[i] - mean[i]) * gain[i];
        out[i] = kn_max(kn_min(scaled, KN_SCALED_MOST), -KN_SCALED_MOST);
    }
}

/* Count a vector and say how many scaled ones the model has to learn now: none while they are
 * gathered, all ten at the end of the warm-up, each as it comes from then on. They lie one after
 * the other in `out`, which has room for ten; the horizon is ten at least. */
KN_STEP uint32_t kn_device_scale_take(float *state, const float *in, uint32_t inputs,
                                      float horizon, float *out)
{
    float *const gain = state + 1u + inputs;
    float *const gathered = state + kn_device_scale_own(inputs);
    const float before = state[0];
    uint32_t i, k;
    state[0] = kn_count(before, horizon);
    if (before >= (float)KN_WARM_UP) {
        kn_device_scale(state, in, inputs, out);
        return 1u;
    }
    /* A horizon beyond the warm-up: within it nothing fades. */
    kn_welford(state + 1, gain, in, inputs, state[0], (float)KN_WARM_UP + 1.0f);
    for (i = 0; i < inputs; i++) {
        gathered[(uint32_t)before * inputs + i] = in[i];
    }
    if (state[0] < (float)KN_WARM_UP) {
        return 0u;
    }
    for (i = 0; i < inputs; i++) {
        const float variance = gain[i] / ((float)KN_WARM_UP - 1.0f);
        gain[i] = 1.0f / kn_sqrt(kn_max(variance, kn_least_variance(state[1u + i])));
    }
    for (k = 0; k < KN_WARM_UP; k++) {
        kn_device_scale(state, gathered + k * inputs, inputs, out + k * inputs);
    }
    for (i = 0; i < KN_WARM_UP * inputs; i++) {
        gathered[i] = 0.0f;
    }
    return KN_WARM_UP;
}

#endif
