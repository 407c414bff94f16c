/* One of a few equal, contiguous segments of an axis. */
#ifndef KN_SEGMENT_H
#define KN_SEGMENT_H

#include "types.h"

typedef struct {
    const float *x; /* its first sample */
    uint32_t count; /* samples */
} kn_segment;

/* Segment s of axis a, wanted = a * segments + s: samples
 * [s * length / segments, (s + 1) * length / segments). */
KN_HELPER kn_segment kn_segment_of(const kn_shape *shape, const float *in, uint32_t segments,
                                   uint32_t wanted)
{
    const uint32_t axis = wanted / segments, number = wanted % segments;
    const uint32_t start = number * shape->length / segments;
    kn_segment segment;
    segment.x = in + axis * shape->axis_step + start * shape->sample_step;
    segment.count = (number + 1u) * shape->length / segments - start;
    return segment;
}

#endif
