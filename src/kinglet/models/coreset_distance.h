#ifndef KN_CORESET_DISTANCE_H
#define KN_CORESET_DISTANCE_H

#include "../runtime/distance.h"
#include "../runtime/sort.h"
#include "../runtime/sum.h"
#include "../runtime/whiten.h"

/* Nearest neighbours in a coreset: out = log of the mean squared deviation from the nearest points,
 * the mean over some of them; with W taken first where asked for. Scratch holds one value an input and one a point. */
KN_STEP void kn_coreset_distance(const kn_coreset_distance_block *block, const float *in,
                                 float *out, float *scratch)
{
    const uint32_t inputs = block->inputs;
    float *const apart = scratch + inputs;
    uint32_t k;
    kn_in_reach(in, 1.0f, inputs, scratch);
    if (block->whitened) {
        kn_whiten(block->rows, block->scale, scratch, inputs);
    }
    kn_in_reach(scratch, block->unit, inputs, scratch);
    for (k = 0; k < block->points; k++) {
        apart[k] = kn_apart_int8(block->table + k * inputs, scratch, inputs);
    }
    kn_sort(apart, block->points);
    out[0] = kn_log_distance(kn_sum(apart, block->nearest, 1u) * block->share);
}

#endif
