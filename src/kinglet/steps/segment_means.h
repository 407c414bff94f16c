#ifndef KN_SEGMENT_MEANS_H
#define KN_SEGMENT_MEANS_H

#include "../runtime/sum.h"

/* Segment means: feature a * segments + s is the mean of samples
 * [s * length / segments, (s + 1) * length / segments) of axis a. */
KN_STEP void kn_segment_means(const kn_segment_means_block *block, const kn_shape *shape,
                              const float *in, const uint16_t *wanted, uint32_t wanted_count,
                              float *out, float *scratch)
{
    const uint32_t segments = block->segments, length = shape->length, step = shape->sample_step;
    uint32_t k;
    (void)scratch;
    for (k = 0; k < wanted_count; k++) {
        const uint32_t axis = wanted[k] / segments, segment = wanted[k] % segments;
        const uint32_t start = segment * length / segments;
        const uint32_t stop = (segment + 1u) * length / segments;
        const float *x = in + axis * shape->axis_step + start * step;
        out[k] = kn_sum(x, stop - start, step) / (float)(stop - start);
    }
}

#endif
