#ifndef KN_MAHALANOBIS_H
#define KN_MAHALANOBIS_H

#include "../runtime/covariance.h"

/* Learn one vector; scratch holds one value an input. */
KN_STEP void kn_mahalanobis_learn(const kn_mahalanobis_block *block, float *state, const float *in,
                                  float *scratch)
{
    kn_covariance_learn(state, in, block->inputs, block->horizon, scratch);
}

/* Logarithm of the mean squared Mahalanobis distance; scratch holds a packed matrix and one value
 * an input. */
KN_STEP float kn_mahalanobis_score(const kn_mahalanobis_block *block, const float *state,
                                   const float *in, float *scratch)
{
    return kn_covariance_score(state, in, block->inputs, scratch);
}

#endif
