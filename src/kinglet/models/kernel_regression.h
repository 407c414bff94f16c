#ifndef KN_KERNEL_REGRESSION_H
#define KN_KERNEL_REGRESSION_H

#include "../runtime/bumps.h"

/* Kernel regression: out = w . exp(-gamma |in - c|^2) + b. Scratch holds one value a centre. */
KN_STEP void kn_kernel_regression(const kn_kernel_regression_block *block, const float *in,
                                  float *out, float *scratch)
{
    kn_bumps(block->table, block->norms, block->gamma, block->slope, in, block->inputs, scratch,
             block->centres);
    out[0] = kn_dot(block->weights, scratch, block->centres) + block->bias;
}

#endif
