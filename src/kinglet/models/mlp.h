#ifndef KN_MLP_H
#define KN_MLP_H

#include "../runtime/perceptron.h"

/* Multi-layer perceptron: out = softmax(V max(0, W in + b) + c); scratch holds the hidden units. */
KN_STEP void kn_mlp(const kn_mlp_block *block, const float *in, float *out, float *scratch)
{
    const uint32_t inputs = block->inputs, hidden = block->hidden, outputs = block->outputs;
    if (block->int8 != 0u) {
        kn_perceptron_int8(block->quantised, block->scale, block->bias, in, inputs, scratch, hidden,
                           out, outputs);
    } else {
        kn_perceptron(block->weights, block->bias, in, inputs, scratch, hidden, out, outputs);
    }
    kn_softmax(out, outputs);
}

#endif
