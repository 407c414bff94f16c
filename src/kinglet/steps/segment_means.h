#ifndef KN_SEGMENT_MEANS_H
#define KN_SEGMENT_MEANS_H

#include "../runtime/segment.h"
#include "../runtime/sum.h"

/* Segment means: feature a * segments + s is the mean of samples
 * [s * length / segments, (s + 1) * length / segments) of axis a. */
KN_STEP void kn_segment_means(const kn_segment_means_block *block, const kn_shape *shape,
                              const float *in, const uint16_t *wanted, uint32_t wanted_count,
                              float *out, float *scratch)
{
    uint32_t k;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const kn_segment segment = kn_segment_of(shape, in, block->segments, wanted[k]);
        out[k] = kn_sum(segment.x, segment.count, shape->sample_step) / (float)segment.count;
    }
}

#endif
