#ifndef KN_POOLED_CLUSTERS_H
#define KN_POOLED_CLUSTERS_H

#include "../runtime/clusters.h"
#include "../runtime/covariance.h"

/* What learning one vector did within the clusters: two groups of signals became one, and the
 * scatter within grew by weight * step step'. The groups are a cluster and the vector, or two
 * clusters that were merged. Returns the weight, 0 where all that happened is a new cluster. */
KN_STEP float kn_pooled_step(const float *before, const float *after, const float *in,
                             uint32_t inputs, float *step)
{
    const uint32_t size = 1u + 2u * inputs;
    const float *into = before, *from = in;
    float weight = 0.0f;
    uint32_t used = kn_clusters_used(before), moved = 0, i, k;
    if (kn_clusters_used(after) != used) {
        return 0.0f;
    }
    for (k = 0; k < used; k++) {
        const float *was = before + kn_cluster_at(inputs, k);
        const float *is = after + kn_cluster_at(inputs, k);
        for (i = 0; i < size && was[i] == is[i]; i++) {
        }
        if (i == size) {
            continue;
        }
        if (moved == 0u) {
            into = was;
            weight = is[0] > 1.0f ? was[0] / (was[0] + 1.0f) : 0.0f;
        } else {
            from = was + 1;
            weight = into[0] * was[0] / (into[0] + was[0]);
        }
        moved += 1u;
    }
    for (i = 0; i < inputs; i++) {
        step[i] = from[i] - into[1u + i];
    }
    return weight;
}

/* Learn one vector. The state is that of the clusters, then the scatter within them, packed.
 * Scratch holds one value an input, and the clusters as they were. */
KN_STEP void kn_pooled_clusters_learn(const kn_pooled_clusters_block *block, float *state,
                                      const float *in, float *scratch)
{
    const uint32_t inputs = block->inputs;
    const uint32_t size = kn_cluster_at(inputs, block->clusters);
    float *before = scratch + inputs;
    float weight;
    uint32_t i;
    for (i = 0; i < size; i++) {
        before[i] = state[i];
    }
    kn_clusters_learn(state, in, inputs, block->clusters, block->horizon, scratch);
    weight = kn_pooled_step(before, state, in, inputs, scratch);
    kn_scatter_take(state + size, scratch, inputs, weight,
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
