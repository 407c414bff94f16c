#ifndef KN_CLUSTER_DISTANCE_H
#define KN_CLUSTER_DISTANCE_H

#include "../runtime/distance.h"

/* Clusters with variances: out = log of the smallest mean squared deviation from one of them, in
 * its standard deviations. Scratch holds one value an input. */
KN_STEP void kn_cluster_distance(const kn_cluster_distance_block *block, const float *in,
                                 float *out, float *scratch)
{
    const uint32_t inputs = block->inputs;
    float best = 0.0f;
    uint32_t k;
    kn_in_reach(in, 1.0f, inputs, scratch);
    for (k = 0; k < block->clusters; k++) {
        const float apart = kn_apart(block->means + k * inputs, block->weights + k * inputs,
                                     scratch, inputs);
        if (k == 0u || apart < best) {
            best = apart;
        }
    }
    out[0] = kn_log_distance(best / (float)inputs);
}

#endif
