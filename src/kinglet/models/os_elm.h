#ifndef KN_OS_ELM_H
#define KN_OS_ELM_H

#include "../runtime/device_scale.h"
#include "../runtime/draw.h"

/* What the model itself remembers is
 *   turn, residual[inputs], weights[hidden][inputs], factors[hidden (hidden + 1) / 2],
 * the factors of P = U D U', P being what recursive least squares knows of the hidden units: column
 * after column of the unit upper triangle U, in place of whose ones stands D. Subtracting from P
 * itself loses its sign to rounding; D stays positive (Bierman 1977, chapter 5). */

/* P where nothing was learned; one over it is the ridge of the least squares. */
#define KN_OS_ELM_FIRST 10.0f
/* Signals that the first variance of a residual, 1, counts for. */
#define KN_OS_ELM_PRIOR 5.0f
/* Variance below which a residual is rounding. */
#define KN_OS_ELM_LEAST 1e-4f

/* Where the factors begin in what the model itself remembers. */
KN_HELPER uint32_t kn_os_elm_factors_at(uint32_t inputs, uint32_t hidden)
{
    return 1u + inputs + hidden * inputs;
}

/* Hidden units a / (1 + |a|), a = gain (weights . scaled) + bias, weights and bias uniform in
 * [-1, 1) and drawn anew each time: the code is smaller than a table. One division instead of an
 * exponential and a division; any activation that is not a polynomial serves (Leshno et al. 1993).
 */
KN_STEP void kn_os_elm_hidden(const kn_os_elm_block *block, const float *scaled, float *out)
{
    uint32_t draw = block->seed, i, k;
    for (k = 0; k < block->hidden; k++) {
        float sum = 0.0f;
        for (i = 0; i < block->inputs; i++) {
            draw = kn_draw(draw);
            sum += kn_draw_signed(draw) * scaled[i];
        }
        draw = kn_draw(draw);
        sum = block->gain * sum + kn_draw_signed(draw);
        out[k] = sum / (1.0f + kn_abs(sum));
    }
}

/* What the hidden units do not explain of a scaled vector, in its place. */
KN_STEP void kn_os_elm_residual(const float *weights, const float *units, uint32_t hidden,
                                float *scaled, uint32_t inputs)
{
    uint32_t i, k;
    for (k = 0; k < hidden; k++, weights += inputs) {
        for (i = 0; i < inputs; i++) {
            scaled[i] -= units[k] * weights[i];
        }
    }
}

/* Take one equation of unit variance into the factors of P; `gain` becomes P units / (1 + units' P
 * units) but for the division by what is returned (Bierman 1977, section 5.3). */
KN_STEP float kn_os_elm_equation(float *factors, const float *units, uint32_t hidden, float *gain)
{
    float variance = 1.0f;
    float *column = factors;
    uint32_t i, j;
    for (j = 0; j < hidden; j++) {
        const float before = variance;
        float along = units[j], spread, change;
        for (i = 0; i < j; i++) {
            along += column[i] * units[i];
        }
        spread = column[j] * along;
        variance += along * spread;
        change = -along / before;
        column[j] *= before / variance;
        gain[j] = spread;
        for (i = 0; i < j; i++) {
            const float entry = column[i];
            column[i] = entry + gain[i] * change;
            gain[i] += entry * spread;
        }
        column += j + 1u;
    }
    return variance;
}

/* Let what is older fade: D grows. Each time one hidden unit, in turn, gets back a little of the
 * first P, so that P stays bounded in directions which no signal excites any more (regularised
 * tracking: Gunnarsson 1996). Scratch holds two values a unit. */
KN_STEP void kn_os_elm_fade(float *turn, float *factors, uint32_t hidden, float horizon,
                            float *scratch)
{
    const float lost = 1.0f / horizon;
    float *column = factors;
    uint32_t j;
    for (j = 0; j < hidden; j++) {
        column[j] /= 1.0f - lost;
        column += j + 1u;
        scratch[j] = 0.0f;
    }
    scratch[(uint32_t)*turn] = kn_sqrt((float)hidden * lost / KN_OS_ELM_FIRST);
    (void)kn_os_elm_equation(factors, scratch, hidden, scratch + hidden);
    *turn = *turn + 1.0f < (float)hidden ? *turn + 1.0f : 0.0f;
}

/* Learn one scaled vector, the count-th. Scratch holds two values a unit. */
KN_STEP void kn_os_elm_step(const kn_os_elm_block *block, float *own, float *scaled, float count,
                            float *scratch)
{
    const uint32_t inputs = block->inputs, hidden = block->hidden;
    float *const residual = own + 1, *weights = residual + inputs;
    float *const factors = own + kn_os_elm_factors_at(inputs, hidden);
    float *const gain = scratch + hidden;
    const float share = 1.0f / (count + KN_OS_ELM_PRIOR);
    float variance;
    uint32_t i, k;
    if (count >= block->horizon) {
        kn_os_elm_fade(own, factors, hidden, block->horizon, scratch);
    }
    kn_os_elm_hidden(block, scaled, scratch);
    kn_os_elm_residual(weights, scratch, hidden, scaled, inputs);
    variance = kn_os_elm_equation(factors, scratch, hidden, gain);
    for (k = 0; k < hidden; k++, weights += inputs) {
        const float step = gain[k] / variance;
        for (i = 0; i < inputs; i++) {
            weights[i] += step * scaled[i];
        }
    }
    for (i = 0; i < inputs; i++) {
        residual[i] += (scaled[i] * scaled[i] - residual[i]) * share;
    }
}

/* Learn one vector. Scratch holds ten vectors and two values a unit. */
KN_STEP void kn_os_elm_learn(const kn_os_elm_block *block, float *state, const float *in,
                             float *scratch)
{
    const uint32_t inputs = block->inputs;
    const uint32_t count = kn_device_scale_take(state, in, inputs, block->horizon, scratch);
    float *own = state + kn_device_scale_own(inputs);
    uint32_t i, k;
    if (count == KN_WARM_UP) {
        float *column = own + kn_os_elm_factors_at(inputs, block->hidden);
        for (k = 0; k < block->hidden; k++) {
            column[k] = KN_OS_ELM_FIRST;
            column += k + 1u;
        }
        for (i = 0; i < inputs; i++) {
            own[1u + i] = 1.0f;
        }
    }
    for (i = 0; i < count; i++) {
        kn_os_elm_step(block, own, scratch + i * inputs, state[0] - (float)(count - 1u - i),
                       scratch + KN_WARM_UP * inputs);
    }
}

/* Logarithm of the mean squared residual, each feature in units of what is usual for it. Scratch
 * holds a vector and one value a unit. */
KN_STEP float kn_os_elm_score(const kn_os_elm_block *block, const float *state, const float *in,
                              float *scratch)
{
    const uint32_t inputs = block->inputs, hidden = block->hidden;
    const float *residual = state + kn_device_scale_own(inputs) + 1u;
    float *units = scratch + inputs;
    float sum = 0.0f;
    uint32_t i;
    if (state[0] < (float)KN_WARM_UP) {
        return 0.0f;
    }
    kn_device_scale(state, in, inputs, scratch);
    kn_os_elm_hidden(block, scratch, units);
    kn_os_elm_residual(residual + inputs, units, hidden, scratch, inputs);
    for (i = 0; i < inputs; i++) {
        sum += kn_share(scratch[i], kn_max(residual[i], KN_OS_ELM_LEAST));
    }
    return kn_log_share(sum / (float)inputs);
}

#endif
