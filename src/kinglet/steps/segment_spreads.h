#ifndef KN_SEGMENT_SPREADS_H
#define KN_SEGMENT_SPREADS_H

#include "../runtime/level.h"

/* Segment spreads: feature a * segments + s is the logarithm of the standard deviation of samples
 * [s * length / segments, (s + 1) * length / segments) of axis a. */
KN_STEP void kn_segment_spreads(const kn_segment_spreads_block *block, const kn_shape *shape,
                                const float *in, const uint16_t *wanted, uint32_t wanted_count,
                                float *out, float *scratch)
{
    const uint32_t segments = block->segments, length = shape->length, step = shape->sample_step;
    uint32_t k;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const uint32_t axis = wanted[k] / segments, segment = wanted[k] % segments;
        const uint32_t start = segment * length / segments;
        const uint32_t count = (segment + 1u) * length / segments - start;
        const float *x = in + axis * shape->axis_step + start * step;
        const kn_level level = kn_level_of(x, count, step);
        const float spread = level.unit * kn_sqrt(kn_variance(x, count, step, &level));
        out[k] = kn_log(kn_max(spread, KN_TINY));
    }
}

#endif
