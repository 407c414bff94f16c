#ifndef KN_GAUSSIAN_MIXTURE_H
#define KN_GAUSSIAN_MIXTURE_H

#include "../runtime/distance.h"
#include "../runtime/log_sum.h"
#include "../runtime/whiten.h"

/* Gaussian mixture: out = -log sum_k exp(constant_k - sum((x - mean_k) * weight_k)^2 / 2), x = in
 * or, tied, x = W in with W lower triangular. Scratch holds one value an input and one a
 * component. */
KN_STEP void kn_gaussian_mixture(const kn_gaussian_mixture_block *block, const float *in,
                                 float *out, float *scratch)
{
    const uint32_t inputs = block->inputs;
    float *const log_density = scratch + inputs;
    uint32_t k;
    kn_in_reach(in, 1.0f, inputs, scratch);
    if (block->tied) {
        kn_whiten(block->rows, block->scale, scratch, inputs);
    }
    for (k = 0; k < block->components; k++) {
        const float *const weight = block->weights + (block->tied ? 0u : k * inputs);
        log_density[k] = block->constants[k] -
                         0.5f * kn_apart(block->means + k * inputs, weight, scratch, inputs);
    }
    out[0] = -kn_log_sum_exp(log_density, block->components);
}

#endif
