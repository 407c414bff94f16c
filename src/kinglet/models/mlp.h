#ifndef KN_MLP_H
#define KN_MLP_H

#include "../runtime/int8.h"
#include "../runtime/softmax.h"

/* Scores of one layer: `units` rows of weights from `row` on, each `inputs` long, the first of
 * them at `start` in the table of weights. */
KN_STEP void kn_mlp_layer(const kn_mlp_block *block, uint32_t row, uint32_t units, uint32_t start,
                          const float *in, uint32_t inputs, float *out)
{
    uint32_t k;
    for (k = 0; k < units; k++, start += inputs) {
        const float sum =
            block->int8 != 0u
                ? kn_dot_int8(block->quantised + start, in, inputs) * block->scale[row + k]
                : kn_dot(block->weights + start, in, inputs);
        out[k] = sum + block->bias[row + k];
    }
}

/* Multi-layer perceptron: out = softmax(V max(0, W in + b) + c); scratch holds the hidden units. */
KN_STEP void kn_mlp(const kn_mlp_block *block, const float *in, float *out, float *scratch)
{
    const uint32_t hidden = block->hidden;
    uint32_t k;
    kn_mlp_layer(block, 0u, hidden, 0u, in, block->inputs, scratch);
    for (k = 0; k < hidden; k++) {
        scratch[k] = kn_max(scratch[k], 0.0f);
    }
    kn_mlp_layer(block, hidden, block->outputs, hidden * block->inputs, scratch, hidden, out);
    kn_softmax(out, block->outputs);
}

#endif
