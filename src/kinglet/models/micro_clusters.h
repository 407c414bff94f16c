#ifndef KN_MICRO_CLUSTERS_H
#define KN_MICRO_CLUSTERS_H

#include "../runtime/clusters.h"

/* Learn one vector; scratch holds one value an input. */
KN_STEP void kn_micro_clusters_learn(const kn_micro_clusters_block *block, float *state,
                                     const float *in, float *scratch)
{
    kn_clusters_learn(state, in, block->inputs, block->clusters, block->horizon, scratch);
}

/* Logarithm of the smallest mean squared deviation from a cluster, each in its own variance. */
KN_STEP float kn_micro_clusters_score(const kn_micro_clusters_block *block, const float *state,
                                      const float *in, float *scratch)
{
    return kn_clusters_score(state, in, block->inputs, scratch);
}

#endif
