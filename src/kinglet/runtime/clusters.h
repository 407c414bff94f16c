/* Micro-clusters that grow, merge and move while they learn. The state is
 *   count, clusters in use, mean[inputs], square[inputs],
 *   and for each cluster: count, mean[inputs], square[inputs]. */
#ifndef KN_CLUSTERS_H
#define KN_CLUSTERS_H

#include "variance.h"

/* Weight of the pooled variance in that of one cluster, in signals. */
#define KN_CLUSTER_PRIOR 8.0f
/* Weight of the variance of all signals in the pooled one. */
#define KN_POOL_PRIOR 4.0f

/* Clusters in use. */
KN_HELPER uint32_t kn_clusters_used(const float *state)
{
    return (uint32_t)state[1];
}

/* Where a cluster begins in the state. */
KN_HELPER uint32_t kn_cluster_at(uint32_t inputs, uint32_t cluster)
{
    return 2u + 2u * inputs + cluster * (1u + 2u * inputs);
}

/* Pooled variance within the clusters, for each feature; a little of that of all signals in it. */
KN_STEP void kn_clusters_within(const float *state, uint32_t inputs, float *within)
{
    const uint32_t used = kn_clusters_used(state);
    const float count = state[0];
    float weight = KN_POOL_PRIOR;
    uint32_t i, k;
    for (i = 0; i < inputs; i++) {
        const float overall = state[2u + inputs + i] / kn_max(count - 1.0f, 1.0f);
        within[i] = KN_POOL_PRIOR * overall;
    }
    for (k = 0; k < used; k++) {
        const float *cluster = state + kn_cluster_at(inputs, k);
        weight += kn_max(cluster[0] - 1.0f, 0.0f);
        for (i = 0; i < inputs; i++) {
            within[i] += cluster[1u + inputs + i];
        }
    }
    for (i = 0; i < inputs; i++) {
        within[i] = kn_max(within[i] / weight, kn_least_variance(state[2u + i]));
    }
}

/* Squared distance of two points in units of the variance within. */
KN_STEP float kn_clusters_apart(const float *x, const float *y, const float *within,
                                uint32_t inputs)
{
    float sum = 0.0f;
    uint32_t i;
    for (i = 0; i < inputs; i++) {
        sum += kn_share(x[i] - y[i], within[i]);
    }
    return sum;
}

/* Take a group of signals with this mean into a cluster. The scatter within grows by
 * weight * step step'; the step is written out, the weight returned. */
KN_STEP float kn_clusters_join(float *cluster, float group, const float *mean, uint32_t inputs,
                               float *step)
{
    const float count = cluster[0] + group;
    const float weight = cluster[0] * group / count;
    uint32_t i;
    for (i = 0; i < inputs; i++) {
        step[i] = mean[i] - cluster[1u + i];
        cluster[1u + i] += step[i] * (group / count);
        cluster[1u + inputs + i] += step[i] * (step[i] * weight);
    }
    cluster[0] = count;
    return weight;
}

/* What every cluster loses at the horizon is what one vector weighs: one that nothing joins any
 * more fades until it can be merged at no cost. Counts never exceed the horizon together. */
KN_STEP void kn_clusters_fade(float *state, uint32_t inputs, float horizon)
{
    const float kept = 1.0f - 1.0f / horizon;
    const uint32_t used = kn_clusters_used(state);
    uint32_t i, k;
    for (k = 0; k < used; k++) {
        float *cluster = state + kn_cluster_at(inputs, k);
        cluster[0] *= kept;
        for (i = 1u + inputs; i <= 2u * inputs; i++) {
            cluster[i] *= kept;
        }
    }
}

/* Learn a vector: into the nearest cluster, or as a new one where two others are nearer to each
 * other and can be merged. Scratch holds one value an input. Either way two groups of signals
 * became one, a cluster and the vector or two clusters: returns the weight and leaves in scratch
 * the step of `kn_clusters_join`. The weight is 0 where there was room for a new cluster. */
KN_STEP float kn_clusters_learn(float *state, const float *in, uint32_t inputs, uint32_t clusters,
                                float horizon, float *scratch)
{
    const uint32_t used = kn_clusters_used(state);
    float *cluster, *into;
    float nearest = 0.0f, closest = 0.0f, weight = 0.0f;
    uint32_t best = 0, p = 0, q = 0, i, j;
    state[0] = kn_count(state[0], horizon);
    kn_welford(state + 2, state + 2u + inputs, in, inputs, state[0], horizon);
    if (state[0] >= horizon) {
        kn_clusters_fade(state, inputs, horizon);
    }
    if (used < clusters) {
        q = used;
        state[1] += 1.0f;
    } else {
        kn_clusters_within(state, inputs, scratch);
        for (i = 0; i < used; i++) {
            const float *a = state + kn_cluster_at(inputs, i);
            const float own = a[0] / (a[0] + 1.0f) *
                              kn_clusters_apart(in, a + 1, scratch, inputs);
            if (i == 0u || own < nearest) {
                nearest = own;
                best = i;
            }
            for (j = i + 1u; j < used; j++) {
                const float *b = state + kn_cluster_at(inputs, j);
                const float cost = a[0] * b[0] / (a[0] + b[0]) *
                                   kn_clusters_apart(a + 1, b + 1, scratch, inputs);
                if (q == 0u || cost < closest) {
                    closest = cost;
                    p = i;
                    q = j;
                }
            }
        }
        if (q == 0u || nearest <= closest) {
            return kn_clusters_join(state + kn_cluster_at(inputs, best), 1.0f, in, inputs, scratch);
        }
        into = state + kn_cluster_at(inputs, p);
        cluster = state + kn_cluster_at(inputs, q);
        weight = kn_clusters_join(into, cluster[0], cluster + 1, inputs, scratch);
        for (i = 1u + inputs; i <= 2u * inputs; i++) {
            into[i] += cluster[i];
        }
    }
    cluster = state + kn_cluster_at(inputs, q);
    cluster[0] = 1.0f;
    for (i = 1; i <= inputs; i++) {
        cluster[i] = in[i - 1u];
        cluster[inputs + i] = 0.0f;
    }
    return weight;
}

/* Variance of one feature of a cluster, drawn to the pooled one. */
KN_HELPER float kn_cluster_variance(const float *cluster, uint32_t inputs, uint32_t feature,
                                    float within)
{
    return (cluster[1u + inputs + feature] + KN_CLUSTER_PRIOR * within) /
           (cluster[0] - 1.0f + KN_CLUSTER_PRIOR);
}

/* Logarithm of the smallest mean squared deviation from a cluster, each in its own variance.
 * Scratch holds one value an input. */
KN_STEP float kn_clusters_score(const float *state, const float *in, uint32_t inputs,
                                float *scratch)
{
    const uint32_t used = kn_clusters_used(state);
    float best = 0.0f;
    uint32_t i, k;
    kn_clusters_within(state, inputs, scratch);
    for (k = 0; k < used; k++) {
        const float *cluster = state + kn_cluster_at(inputs, k);
        float sum = 0.0f;
        for (i = 0; i < inputs; i++) {
            sum += kn_share(in[i] - cluster[1u + i],
                            kn_cluster_variance(cluster, inputs, i, scratch[i]));
        }
        if (k == 0u || sum < best) {
            best = sum;
        }
    }
    return kn_log_share(best / (float)inputs);
}

#endif
