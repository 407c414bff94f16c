#ifndef KN_RBF_H
#define KN_RBF_H

#include "../runtime/bumps.h"
#include "../runtime/softmax.h"

/* Radial basis functions: out = softmax(V exp(-gamma |in - c|^2) + b). Scratch holds one value a
 * centre. */
KN_STEP void kn_rbf(const kn_rbf_block *block, const float *in, float *out, float *scratch)
{
    kn_bumps(block->table, block->norms, block->gamma, block->slope, in, block->inputs, scratch,
             block->centres);
    kn_affine(block->weights, block->bias, scratch, block->centres, out, block->outputs);
    kn_softmax(out, block->outputs);
}

#endif
