#ifndef KN_QUADRATIC_H
#define KN_QUADRATIC_H

#include "../runtime/maths.h"
#include "../runtime/segment.h"
#include "../runtime/sum.h"

/* Bound of a scaled mean: its square stays finite. */
#define KN_QUADRATIC_BOUND 1e9f

/* Quadratic expansion: feature j (j + 1) / 2 + i is z_i z_j, i <= j, of the means z of all segments
 * of all axes (segment s of axis a is z_(a * segments + s)), shifted, scaled and bounded. Scratch
 * holds the means. */
KN_STEP void kn_quadratic(const kn_quadratic_block *block, const kn_shape *shape, const float *in,
                          const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    const uint32_t values = (uint32_t)block->segments * shape->axes;
    uint32_t k, j = 0, first = 0;
    for (k = 0; k < values; k++) {
        const kn_segment segment = kn_segment_of(shape, in, block->segments, k);
        const float mean =
            kn_sum(segment.x, segment.count, shape->sample_step) / (float)segment.count;
        const float scaled = (mean - block->offset[k]) * block->factor[k];
        scratch[k] = kn_min(kn_max(scaled, -KN_QUADRATIC_BOUND), KN_QUADRATIC_BOUND);
    }
    for (k = 0; k < wanted_count; k++) {
        while (wanted[k] > first + j) { /* row j has j + 1 products */
            j++;
            first += j;
        }
        out[k] = scratch[wanted[k] - first] * scratch[j];
    }
}

#endif
