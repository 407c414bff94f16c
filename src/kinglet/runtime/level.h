/* Mean, extremes and size of a series: what statistics are normalised by, so that no power of a
 * value overflows or vanishes. */
#ifndef KN_LEVEL_H
#define KN_LEVEL_H

#include "maths.h"
#include "sum.h"

typedef struct {
    float mean; /* never outside the extremes: a constant series deviates by exactly 0 */
    float lowest;
    float highest;
    float unit; /* power of two: unit <= largest |x| < 2 unit, or the least normal number */
} kn_level;

/* Level of count values, step floats apart. */
KN_STEP kn_level kn_level_of(const float *x, uint32_t count, uint32_t step)
{
    kn_level level;
    float lowest = x[0], highest = x[0];
    uint32_t i, exponent;
    for (i = 1; i < count; i++) {
        const float value = x[i * step];
        lowest = value < lowest ? value : lowest;
        highest = value > highest ? value : highest;
    }
    exponent = kn_to_bits(kn_max(highest, -lowest)) & 0x7F800000u;
    level.unit = kn_from_bits(exponent > 0x00800000u ? exponent : 0x00800000u);
    level.mean = kn_min(kn_max(kn_sum(x, count, step) / (float)count, lowest), highest);
    level.lowest = lowest;
    level.highest = highest;
    return level;
}

/* 1 / unit, exactly: the exponents of the two sum to that of 1, twice. */
KN_HELPER float kn_inverse_unit(const kn_level *level)
{
    return kn_from_bits(0x7F000000u - kn_to_bits(level->unit));
}

/* Variance (divided by count) of a series, in squares of its unit. It is 0 for a constant series
 * and at least 2^-50 / count for any other, since floats of the size of the unit are no closer. */
KN_STEP float kn_variance(const float *x, uint32_t count, uint32_t step, const kn_level *level)
{
    const float inverse = kn_inverse_unit(level);
    float sum = 0.0f;
    uint32_t i;
    for (i = 0; i < count; i++) {
        const float deviation = (x[i * step] - level->mean) * inverse;
        sum += deviation * deviation;
    }
    return sum / (float)count;
}

#endif
