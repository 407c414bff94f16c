/* Affine maps and the softmax that turns scores into probabilities. */
#ifndef KN_SOFTMAX_H
#define KN_SOFTMAX_H

#include "maths.h"
#include "sum.h"

/* out = W in + b; W has one row of `inputs` weights for each output. */
KN_HELPER void kn_affine(const float *weights, const float *bias, const float *in, uint32_t inputs,
                         float *out, uint32_t outputs)
{
    uint32_t k;
    for (k = 0; k < outputs; k++) {
        out[k] = kn_dot(weights + k * inputs, in, inputs) + bias[k];
    }
}

/* Softmax in place: exp(x_k - max) / sum; the values sum to 1 within rounding. */
KN_HELPER void kn_softmax(float *x, uint32_t count)
{
    float largest = x[0], total;
    uint32_t k;
    for (k = 1; k < count; k++) {
        largest = kn_max(largest, x[k]);
    }
    for (k = 0; k < count; k++) {
        x[k] = kn_exp(x[k] - largest);
    }
    total = kn_sum(x, count, 1u);
    for (k = 0; k < count; k++) {
        x[k] = x[k] / total;
    }
}

#endif
