#ifndef KN_RBF_H
#define KN_RBF_H

#include "../runtime/int8.h"
#include "../runtime/softmax.h"

/* Radial basis functions: out = softmax(V exp(-gamma |in - c|^2) + b), the distance by
 * |in - c|^2 = |in|^2 - 2 in.c + |c|^2. Scratch holds one value a centre. */
KN_STEP void kn_rbf(const kn_rbf_block *block, const float *in, float *out, float *scratch)
{
    const uint32_t inputs = block->inputs;
    const float own = block->gamma * kn_dot(in, in, inputs);
    uint32_t k;
    for (k = 0; k < block->centres; k++) {
        const float product = block->slope * kn_dot_int8(block->table + k * inputs, in, inputs);
        scratch[k] = kn_exp(product - (own + block->norms[k]));
    }
    kn_affine(block->weights, block->bias, scratch, block->centres, out, block->outputs);
    kn_softmax(out, block->outputs);
}

#endif
