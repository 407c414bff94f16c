#ifndef KN_LINEAR_REGRESSION_H
#define KN_LINEAR_REGRESSION_H

#include "../runtime/sum.h"

/* Linear regression: out = w . in + b. */
KN_STEP void kn_linear_regression(const kn_linear_regression_block *block, const float *in,
                                  float *out, float *scratch)
{
    (void)scratch;
    out[0] = kn_dot(block->weights, in, block->inputs) + block->bias;
}

#endif
