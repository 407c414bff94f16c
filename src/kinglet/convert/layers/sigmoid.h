/* Logistic function and hyperbolic tangent, which several layers share. */
#ifndef KN_SIGMOID_H
#define KN_SIGMOID_H

#include "../../runtime/maths.h"

/* 1 / (1 + exp(-x)). */
KN_HELPER float kn_logistic(float x)
{
    return 1.0f / (1.0f + kn_exp(-x));
}

/* tanh x: odd, by the exponential; by its series x - x^3/3 + 2x^5/15 - 17x^7/315 where the
 * difference would lose digits. */
KN_HELPER float kn_tanh(float x)
{
    const float size = kn_abs(x), z = x * x;
    float rest, value;
    if (size < 0.25f) {
        return x - x * z * (0.333333333f - z * (0.133333333f - z * 0.0539682540f));
    }
    rest = kn_exp(-2.0f * size);
    value = (1.0f - rest) / (1.0f + rest);
    return x < 0.0f ? -value : value;
}

#endif
