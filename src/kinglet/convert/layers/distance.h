/* Squared distance of two vectors, which several layers share. */
#ifndef KN_DISTANCE_H
#define KN_DISTANCE_H

#include "../../runtime/types.h"

/* (x - y)^2. */
KN_HELPER float kn_squared_difference(float x, float y)
{
    return (x - y) * (x - y);
}

/* |x - y|^2 of two vectors of count values, in four accumulators and in the order of kn_dot. */
KN_STEP float kn_squared_distance(const float *x, const float *y, uint32_t count)
{
    float a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        a += kn_squared_difference(x[0], y[0]);
        b += kn_squared_difference(x[1], y[1]);
        c += kn_squared_difference(x[2], y[2]);
        d += kn_squared_difference(x[3], y[3]);
        x += 4;
        y += 4;
    }
    for (; i < count; i++) {
        a += kn_squared_difference(*x++, *y++);
    }
    return (a + b) + (c + d);
}

#endif
