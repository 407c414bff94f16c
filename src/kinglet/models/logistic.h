#ifndef KN_LOGISTIC_H
#define KN_LOGISTIC_H

#include "../runtime/softmax.h"

/* Logistic regression: out = softmax(W in + b). */
KN_STEP void kn_logistic(const kn_logistic_block *block, const float *in, float *out, float *scratch)
{
    (void)scratch;
    kn_affine(block->weights, block->bias, in, block->inputs, out, block->outputs);
    kn_softmax(out, block->outputs);
}

#endif
