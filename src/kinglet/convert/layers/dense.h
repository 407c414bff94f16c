#ifndef KN_DENSE_H
#define KN_DENSE_H

#include "../../runtime/softmax.h"

/* out = W in + b. */
KN_STEP void kn_dense(const kn_dense_block *block, const float *in, float *out, float *scratch)
{
    (void)scratch;
    kn_affine(block->weights, block->bias, in, block->inputs, out, block->outputs);
}

#endif
