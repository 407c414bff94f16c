#ifndef KN_RIDGE_H
#define KN_RIDGE_H

#include "../runtime/softmax.h"

/* Ridge classifier: out = softmax(W in + b). */
KN_STEP void kn_ridge(const kn_ridge_block *block, const float *in, float *out, float *scratch)
{
    (void)scratch;
    kn_affine(block->weights, block->bias, in, block->inputs, out, block->outputs);
    kn_softmax(out, block->outputs);
}

#endif
