#ifndef KN_MLP_REGRESSION_H
#define KN_MLP_REGRESSION_H

#include "../runtime/perceptron.h"

/* Multi-layer perceptron: out = v . max(0, W in + b) + c; scratch holds the hidden units. */
KN_STEP void kn_mlp_regression(const kn_mlp_regression_block *block, const float *in, float *out,
                               float *scratch)
{
    const uint32_t inputs = block->inputs, hidden = block->hidden, outputs = block->outputs;
    if (block->int8 != 0u) {
        kn_perceptron_int8(block->quantised, block->scale, block->bias, in, inputs, scratch, hidden,
                           out, outputs);
    } else {
        kn_perceptron(block->weights, block->bias, in, inputs, scratch, hidden, out, outputs);
    }
}

#endif
