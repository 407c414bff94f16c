/* A matrix of covariances that is learned, shrunk and inverted on the device.
 *
 * A symmetric or lower triangular matrix is packed row by row: 00, 10, 11, 20, 21, 22, ... */
#ifndef KN_COVARIANCE_H
#define KN_COVARIANCE_H

#include "sum.h"
#include "variance.h"

/* Least share of the identity in the correlations: their smallest eigenvalue is no less. */
#define KN_LEAST_SHRINKAGE 0.02f

/* Floats of a packed matrix. */
KN_HELPER uint32_t kn_packed(uint32_t inputs)
{
    return inputs * (inputs + 1u) / 2u;
}

/* Scatter times kept, and weight times the square of a step: scatter = kept scatter + weight s s'. */
KN_STEP void kn_scatter_take(float *scatter, const float *step, uint32_t inputs, float weight,
                             float kept)
{
    uint32_t i, j;
    for (i = 0; i < inputs; i++) {
        const float weighted = weight * step[i];
        for (j = 0; j <= i; j++) {
            scatter[j] = kept * scatter[j] + weighted * step[j];
        }
        scatter += i + 1u;
    }
}

/* Correlations of a scatter, in units of the least variances where it has none; spread becomes one
 * over the standard deviation of each feature. Returns the share of the identity to mix in: the
 * variance of the correlations over their square, estimated (Schaefer and Strimmer 2005, 8). */
KN_STEP float kn_correlations(const float *scatter, const float *mean, uint32_t inputs,
                              float freedom, float *spread, float *root)
{
    const float share = 1.0f / freedom;
    float unsure = 0.0f, related = KN_TINY;
    uint32_t i, j;
    for (i = 0; i < inputs; i++) {
        const float own = kn_max(share * scatter[i], kn_least_variance(mean[i]));
        float unit;
        spread[i] = 1.0f / kn_sqrt(own);
        unit = share * spread[i];
        for (j = 0; j < i; j++) {
            const float r = scatter[j] * unit * spread[j];
            const float rest = 1.0f - r * r;
            unsure += rest * rest;
            related += r * r;
            root[j] = r;
        }
        scatter += i + 1u;
        root += i + 1u;
    }
    return kn_min(kn_max(unsure * share / related, KN_LEAST_SHRINKAGE), 1.0f);
}

/* Solve L y = x in place, for the first rows of a root. Two rows at a time share what they load:
 * the third power of the inputs is spent here. */
KN_STEP void kn_forward(const float *root, float *x, uint32_t rows)
{
    uint32_t i, k;
    for (i = 0; i + 2u <= rows; i += 2u) {
        const float *next = root + i + 1u;
        float a = x[i], b = x[i + 1u];
        for (k = 0; k < i; k += 2u) {
            a -= x[k] * root[k] + x[k + 1u] * root[k + 1u];
            b -= x[k] * next[k] + x[k + 1u] * next[k + 1u];
        }
        x[i] = a * root[i];
        x[i + 1u] = (b - x[i] * next[i]) * next[i + 1u];
        root = next + i + 2u;
    }
    if (i < rows) {
        x[i] = (x[i] - kn_dot(root, x, i)) * root[i];
    }
}

/* Root of the shrunk correlations R of a scatter: the lower triangular L with L L' = R (Cholesky,
 * row by row), one over its diagonal in the place of the diagonal. */
KN_STEP void kn_covariance_root(const float *scatter, const float *mean, uint32_t inputs,
                                float freedom, float *spread, float *root)
{
    const float shrinkage = kn_correlations(scatter, mean, inputs, freedom, spread, root);
    const float kept = 1.0f - shrinkage;
    float *row = root;
    uint32_t i, j;
    for (i = 0; i < inputs; i++) {
        for (j = 0; j < i; j++) {
            row[j] *= kept;
        }
        kn_forward(root, row, i);
        /* No less than the smallest eigenvalue, but for rounding. */
        row[i] = 1.0f / kn_sqrt(kn_max(1.0f - kn_dot(row, row, i), 0.5f * shrinkage));
        row += i + 1u;
    }
}

/* Logarithm of the mean square of what is left of a deviation (in standard deviations) when the
 * correlations are taken out: |L^-1 z|^2 / inputs. Overwrites the deviation. */
KN_STEP float kn_uncorrelated(const float *root, float *deviation, uint32_t inputs)
{
    float farthest = 1e6f;
    uint32_t i;
    for (i = 0; i < inputs; i++) {
        farthest = kn_max(farthest, kn_abs(deviation[i]));
    }
    for (i = 0; i < inputs; i++) {
        /* Beyond a million only the direction counts: squares stay finite. */
        deviation[i] *= 1e6f / farthest;
    }
    kn_forward(root, deviation, inputs);
    return kn_log_share(kn_dot(deviation, deviation, inputs) / (float)inputs);
}

/* ---- mean and scatter of all signals; the state is count, mean[inputs], scatter (packed) ---- */

/* Learn a vector. Scratch holds one value an input. */
KN_STEP void kn_covariance_learn(float *state, const float *in, uint32_t inputs, float horizon,
                                 float *scratch)
{
    const float count = kn_count(state[0], horizon);
    const float weight = 1.0f / count;
    uint32_t i;
    state[0] = count;
    for (i = 0; i < inputs; i++) {
        scratch[i] = in[i] - state[1u + i];
        state[1u + i] += scratch[i] * weight;
    }
    kn_scatter_take(state + 1u + inputs, scratch, inputs, 1.0f - weight,
                    count < horizon ? 1.0f : 1.0f - weight);
}

/* Logarithm of the mean squared Mahalanobis distance from the mean, with the shrunk covariance.
 * Scratch holds a packed matrix and one value an input. */
KN_STEP float kn_covariance_score(const float *state, const float *in, uint32_t inputs,
                                  float *scratch)
{
    float *root = scratch + inputs;
    uint32_t i;
    kn_covariance_root(state + 1u + inputs, state + 1, inputs, kn_max(state[0] - 1.0f, 1.0f),
                       scratch, root);
    for (i = 0; i < inputs; i++) {
        scratch[i] *= in[i] - state[1u + i];
    }
    return kn_uncorrelated(root, scratch, inputs);
}

#endif
