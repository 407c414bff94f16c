#ifndef KN_TIME_STATISTICS_H
#define KN_TIME_STATISTICS_H

#include "../runtime/level.h"

/* Sums of powers of the deviations from the mean, in units of the level; then
 * values: rms, standard deviation, its logarithm, crest, skewness, kurtosis. */
KN_HELPER void kn_time_statistics_moments(const float *x, uint32_t length, uint32_t step,
                                          const kn_level *level, float *values)
{
    const float inverse = kn_inverse_unit(level), count = (float)length;
    const float mean = level->mean * inverse;
    float second = 0.0f, third = 0.0f, fourth = 0.0f, spread;
    uint32_t i;
    for (i = 0; i < length; i++) {
        const float deviation = (x[i * step] - level->mean) * inverse;
        const float square = deviation * deviation;
        second += square;
        third += square * deviation;
        fourth += square * square;
    }
    second = second / count;
    spread = kn_sqrt(second);
    values[0] = level->unit * kn_sqrt(mean * mean + second);
    values[1] = level->unit * spread;
    values[2] = kn_log(kn_max(values[1], KN_TINY));
    values[3] = values[4] = values[5] = 0.0f;
    if (second > 0.0f) {
        const float peak = kn_max(level->highest - level->mean, level->mean - level->lowest);
        values[3] = peak * inverse / spread;
        values[4] = third / count / second / spread;
        values[5] = fourth / count / second / second;
    }
}

/* Share of neighbours that lie on different sides of the mean. */
KN_HELPER float kn_time_statistics_crossings(const float *x, uint32_t length, uint32_t step,
                                             float mean)
{
    uint32_t i, above = x[0] > mean, crossings = 0;
    for (i = 1; i < length; i++) {
        const uint32_t before = above;
        above = x[i * step] > mean;
        crossings += above ^ before;
    }
    return (float)crossings / (float)(length - 1u);
}

/* values: mean absolute difference, Hjorth mobility, Hjorth complexity. */
KN_HELPER void kn_time_statistics_differences(const float *x, uint32_t length, uint32_t step,
                                              const kn_level *level, float *values)
{
    const float inverse = kn_inverse_unit(level), count = (float)(length - 1u);
    const float activity = kn_variance(x, length, step, level);
    float slope = (x[step] - x[0]) * inverse;
    float absolute = kn_abs(slope), first = slope * slope, second = 0.0f;
    uint32_t i;
    for (i = 2; i < length; i++) {
        const float next = (x[i * step] - x[(i - 1u) * step]) * inverse;
        const float curve = next - slope;
        absolute += kn_abs(next);
        first += next * next;
        second += curve * curve;
        slope = next;
    }
    first = first / count;
    second = second / (count - 1.0f);
    values[0] = level->unit * (absolute / count);
    values[1] = values[2] = 0.0f;
    if (first > 0.0f) {
        values[1] = kn_sqrt(first / activity);
        values[2] = kn_sqrt(second / first) / values[1];
    }
}

/* Time statistics: feature a * 14 + v is value v of axis a. The values come in groups (extremes,
 * moments, crossings, differences), each worked out when the first of it is wanted. */
KN_STEP void kn_time_statistics(const kn_time_statistics_block *block, const kn_shape *shape,
                                const float *in, const uint16_t *wanted, uint32_t wanted_count,
                                float *out, float *scratch)
{
    const uint32_t length = shape->length, step = shape->sample_step;
    const float *x = in;
    kn_level level = {0.0f, 0.0f, 0.0f, 0.0f};
    float values[14];
    uint32_t axis = 0xFFFFu, moments = 0, differences = 0, k;
    (void)block;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const uint32_t value = wanted[k] % 14u;
        if (wanted[k] / 14u != axis) {
            axis = wanted[k] / 14u;
            x = in + axis * shape->axis_step;
            level = kn_level_of(x, length, step);
            values[0] = level.mean;
            values[1] = level.lowest;
            values[2] = level.highest;
            values[3] = level.highest - level.lowest;
            moments = differences = 0;
        }
        if (value >= 4u && value < 10u && !moments) {
            kn_time_statistics_moments(x, length, step, &level, values + 4);
            moments = 1;
        }
        if (value == 10u) {
            values[10] = kn_time_statistics_crossings(x, length, step, level.mean);
        }
        if (value >= 11u && !differences) {
            kn_time_statistics_differences(x, length, step, &level, values + 11);
            differences = 1;
        }
        out[k] = values[value];
    }
}

#endif
