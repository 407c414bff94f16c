#ifndef KN_CLUSTERS_MAHALANOBIS_H
#define KN_CLUSTERS_MAHALANOBIS_H

#include "../runtime/clusters.h"
#include "../runtime/covariance.h"
#include "../runtime/pair.h"

/* Learn one vector: what both members say of it becomes usual, then they learn it. Scratch holds a
 * packed matrix and one value an input. */
KN_STEP void kn_clusters_mahalanobis_learn(const kn_clusters_mahalanobis_block *block,
                                           float *state, const float *in, float *scratch)
{
    const uint32_t inputs = block->inputs;
    const float horizon = block->horizon;
    float *clusters = state + KN_PAIR_HEAD;
    float *covariance = clusters + kn_cluster_at(inputs, block->clusters);
    if (state[0] >= KN_MEMBER_WARM_UP) {
        kn_pair_take(state, 0u, kn_clusters_score(clusters, in, inputs, scratch), horizon);
        kn_pair_take(state, 1u, kn_covariance_score(covariance, in, inputs, scratch), horizon);
    }
    state[0] = kn_count(state[0], horizon);
    kn_clusters_learn(clusters, in, inputs, block->clusters, horizon, scratch);
    kn_covariance_learn(covariance, in, inputs, horizon, scratch);
}

/* Mean of what both members say, each in units of what is usual for it. Scratch as for learning. */
KN_STEP float kn_clusters_mahalanobis_score(const kn_clusters_mahalanobis_block *block,
                                            const float *state, const float *in, float *scratch)
{
    const uint32_t inputs = block->inputs;
    const float *clusters = state + KN_PAIR_HEAD;
    const float *covariance = clusters + kn_cluster_at(inputs, block->clusters);
    const float first = kn_clusters_score(clusters, in, inputs, scratch);
    return kn_pair_score(state, first, kn_covariance_score(covariance, in, inputs, scratch));
}

#endif
