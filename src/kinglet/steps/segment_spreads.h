#ifndef KN_SEGMENT_SPREADS_H
#define KN_SEGMENT_SPREADS_H

#include "../runtime/level.h"
#include "../runtime/segment.h"

/* Segment spreads: feature a * segments + s is the logarithm of the standard deviation of samples
 * [s * length / segments, (s + 1) * length / segments) of axis a. */
KN_STEP void kn_segment_spreads(const kn_segment_spreads_block *block, const kn_shape *shape,
                                const float *in, const uint16_t *wanted, uint32_t wanted_count,
                                float *out, float *scratch)
{
    const uint32_t step = shape->sample_step;
    uint32_t k;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const kn_segment segment = kn_segment_of(shape, in, block->segments, wanted[k]);
        const kn_level level = kn_level_of(segment.x, segment.count, step);
        const float variance = kn_variance(segment.x, segment.count, step, &level);
        const float spread = level.unit * kn_sqrt(variance);
        out[k] = kn_log(kn_max(spread, KN_TINY));
    }
}

#endif
