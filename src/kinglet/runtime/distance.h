/* Distances from points that are kept in flash. Signals may lie anywhere: a deviation ends at a
 * bound, so that sums of squares stay finite. */
#ifndef KN_DISTANCE_H
#define KN_DISTANCE_H

#include "maths.h"

/* Deviation of a scaled feature beyond which it is as far as can be. */
#define KN_FARTHEST 1e9f
/* Mean squared deviation below which a point is as near as can be. */
#define KN_NEAREST 1e-6f

/* out = in * factor, each within the bound; out may be in. */
KN_STEP void kn_in_reach(const float *in, float factor, uint32_t count, float *out)
{
    uint32_t i;
    for (i = 0; i < count; i++) {
        out[i] = kn_min(kn_max(in[i] * factor, -KN_FARTHEST), KN_FARTHEST);
    }
}

/* out = in - centre, each within the bound. */
KN_STEP void kn_deviation(const float *in, const float *centre, uint32_t count, float *out)
{
    uint32_t i;
    for (i = 0; i < count; i++) {
        out[i] = kn_min(kn_max(in[i] - centre[i], -KN_FARTHEST), KN_FARTHEST);
    }
}

/* |x - centre|^2, x in reach and in units of the int8 centre. */
KN_STEP float kn_apart_int8(const int8_t *centre, const float *x, uint32_t count)
{
    float a = 0.0f, b = 0.0f, e;
    uint32_t i;
    for (i = 0; i + 2 <= count; i += 2) {
        e = x[i] - (float)centre[i];
        a += e * e;
        e = x[i + 1] - (float)centre[i + 1];
        b += e * e;
    }
    if (i < count) {
        e = x[i] - (float)centre[i];
        a += e * e;
    }
    return a + b;
}

/* Sum of ((x - centre) * weight)^2, x in reach, weights up to 1000. */
KN_STEP float kn_apart(const float *centre, const float *weight, const float *x, uint32_t count)
{
    float a = 0.0f, b = 0.0f, e;
    uint32_t i;
    for (i = 0; i + 2 <= count; i += 2) {
        e = (x[i] - centre[i]) * weight[i];
        a += e * e;
        e = (x[i + 1] - centre[i + 1]) * weight[i + 1];
        b += e * e;
    }
    if (i < count) {
        e = (x[i] - centre[i]) * weight[i];
        a += e * e;
    }
    return a + b;
}

/* Logarithm of a mean squared deviation: what is nearer than a thousandth is as near as can be. */
KN_HELPER float kn_log_distance(float mean_square)
{
    return kn_log(kn_max(mean_square, KN_NEAREST));
}

#endif
