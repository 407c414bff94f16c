#ifndef KN_LDA_H
#define KN_LDA_H

#include "../runtime/softmax.h"

/* Linear discriminant: out = softmax(W in + b). */
KN_STEP void kn_lda(const kn_lda_block *block, const float *in, float *out, float *scratch)
{
    (void)scratch;
    kn_affine(block->weights, block->bias, in, block->inputs, out, block->outputs);
    kn_softmax(out, block->outputs);
}

#endif
