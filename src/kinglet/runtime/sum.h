/* The one sum and the one dot product: four accumulators and a fixed tree, so that the order of
 * additions is the same everywhere and neither host nor target waits for each addition. */
#ifndef KN_SUM_H
#define KN_SUM_H

#include "types.h"

/* Sum of count values, step floats apart. */
KN_STEP float kn_sum(const float *x, uint32_t count, uint32_t step)
{
    float a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;
    uint32_t i = 0, at = 0;
    for (; i + 4 <= count; i += 4) {
        a += x[at];
        b += x[at + step];
        c += x[at + 2 * step];
        d += x[at + 3 * step];
        at += 4 * step;
    }
    if (i < count) {
        a += x[at];
    }
    if (i + 1 < count) {
        b += x[at + step];
    }
    if (i + 2 < count) {
        c += x[at + 2 * step];
    }
    return (a + b) + (c + d);
}

/* Dot product of two contiguous vectors of count values. */
KN_STEP float kn_dot(const float *x, const float *y, uint32_t count)
{
    float a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        a += x[0] * y[0];
        b += x[1] * y[1];
        c += x[2] * y[2];
        d += x[3] * y[3];
        x += 4;
        y += 4;
    }
    if (i < count) {
        a += x[0] * y[0];
    }
    if (i + 1 < count) {
        b += x[1] * y[1];
    }
    if (i + 2 < count) {
        c += x[2] * y[2];
    }
    return (a + b) + (c + d);
}

#endif
