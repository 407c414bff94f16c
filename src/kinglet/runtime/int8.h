/* int8 tables against float32 values: a table of n values takes n bytes of flash, and one scale,
 * applied after the sum, brings it back to size. */
#ifndef KN_INT8_H
#define KN_INT8_H

#include "types.h"

/* Dot product of count int8 values with floats, in four accumulators. */
KN_STEP float kn_dot_int8(const int8_t *table, const float *x, uint32_t count)
{
    float a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        a += (float)table[i] * x[i];
        b += (float)table[i + 1] * x[i + 1];
        c += (float)table[i + 2] * x[i + 2];
        d += (float)table[i + 3] * x[i + 3];
    }
    for (; i < count; i++) {
        a += (float)table[i] * x[i];
    }
    return (a + b) + (c + d);
}

/* out = W in + b; W has one row of `inputs` int8 weights and one scale for each output. */
KN_STEP void kn_affine_int8(const int8_t *weights, const float *scale, const float *bias,
                            const float *in, uint32_t inputs, float *out, uint32_t outputs)
{
    uint32_t k;
    for (k = 0; k < outputs; k++) {
        out[k] = kn_dot_int8(weights + k * inputs, in, inputs) * scale[k] + bias[k];
    }
}

#endif
