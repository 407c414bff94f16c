#ifndef KN_RBF_H
#define KN_RBF_H

#include "../runtime/int8.h"
#include "../runtime/softmax.h"

/* Radial basis functions: out = softmax(V exp(-gamma |in / scale - centre|^2) + b). Scratch holds
 * the scaled input, then one value a centre. */
KN_STEP void kn_rbf(const kn_rbf_block *block, const float *in, float *out, float *scratch)
{
    const uint32_t inputs = block->inputs;
    float *near = scratch + inputs;
    uint32_t k;
    for (k = 0; k < inputs; k++) {
        scratch[k] = in[k] * block->factor;
    }
    for (k = 0; k < block->centres; k++) {
        near[k] = kn_exp(-block->gamma * kn_distance_int8(block->table + k * inputs, scratch, inputs));
    }
    kn_affine(block->weights, block->bias, near, block->centres, out, block->outputs);
    kn_softmax(out, block->outputs);
}

#endif
