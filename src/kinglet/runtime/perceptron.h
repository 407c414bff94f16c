/* Multi-layer perceptron with one hidden layer of rectified units, before what follows its sums. */
#ifndef KN_PERCEPTRON_H
#define KN_PERCEPTRON_H

#include "int8.h"
#include "softmax.h"

KN_HELPER void kn_rectify(float *x, uint32_t count)
{
    uint32_t k;
    for (k = 0; k < count; k++) {
        x[k] = kn_max(x[k], 0.0f);
    }
}

/* out = V max(0, W in + b) + c. The table of weights holds W, a row of inputs for each hidden unit,
 * then V likewise; bias holds b, then c. */
KN_HELPER void kn_perceptron(const float *weights, const float *bias, const float *in,
                             uint32_t inputs, float *hidden, uint32_t units, float *out,
                             uint32_t outputs)
{
    kn_affine(weights, bias, in, inputs, hidden, units);
    kn_rectify(hidden, units);
    kn_affine(weights + units * inputs, bias + units, hidden, units, out, outputs);
}

/* The same of int8 weights, each row of which has a scale: of W, then of V. */
KN_HELPER void kn_perceptron_int8(const int8_t *weights, const float *scale, const float *bias,
                                  const float *in, uint32_t inputs, float *hidden, uint32_t units,
                                  float *out, uint32_t outputs)
{
    kn_affine_int8(weights, scale, bias, in, inputs, hidden, units);
    kn_rectify(hidden, units);
    kn_affine_int8(weights + units * inputs, scale + units, bias + units, hidden, units, out,
                   outputs);
}

#endif
