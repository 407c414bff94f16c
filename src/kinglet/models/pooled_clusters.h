#ifndef KN_POOLED_CLUSTERS_H
#define KN_POOLED_CLUSTERS_H

#include "../runtime/clusters.h"
#include "../runtime/covariance.h"

/* Learn one vector. The state is that of the clusters, then the scatter within them, packed.
 * Scratch holds one value an input. */
KN_STEP void kn_pooled_clusters_learn(const kn_pooled_clusters_block *block, float *state,
                                      const float *in, float *scratch)
{
    const uint32_t inputs = block->inputs;
    const float weight = kn_clusters_learn(state, in, inputs, block->clusters, block->horizon,
                                           scratch);
    kn_scatter_take(state + kn_cluster_at(inputs, block->clusters), scratch, inputs, weight,
                    state[0] < block->horizon ? 1.0f : 1.0f - 1.0f / block->horizon);
}

/* Logarithm of the smallest mean square of a deviation from a cluster, in its own variances and
 * with the correlations within all clusters taken out. Scratch holds two values an input and a
 * packed matrix. */
KN_STEP float kn_pooled_clusters_score(const kn_pooled_clusters_block *block, const float *state,
                                       const float *in, float *scratch)
{
    const uint32_t inputs = block->inputs;
    const uint32_t used = kn_clusters_used(state);
    float *deviation = scratch + inputs, *root = scratch + 2u * inputs;
    float best = 0.0f;
    uint32_t i, k;
    kn_covariance_root(state + kn_cluster_at(inputs, block->clusters), state + 2, inputs,
                       kn_max(state[0] - state[1], 1.0f), scratch, root);
    kn_clusters_within(state, inputs, scratch);
    for (k = 0; k < used; k++) {
        const float *cluster = state + kn_cluster_at(inputs, k);
        float score;
        for (i = 0; i < inputs; i++) {
            const float variance = kn_cluster_variance(cluster, inputs, i, scratch[i]);
            deviation[i] = (in[i] - cluster[1u + i]) / kn_sqrt(variance);
        }
        score = kn_uncorrelated(root, deviation, inputs);
        if (k == 0u || score < best) {
            best = score;
        }
    }
    return best;
}

#endif
