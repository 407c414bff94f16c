#ifndef KN_KERNEL_MACHINE_H
#define KN_KERNEL_MACHINE_H

#include "../../runtime/sum.h"
#include "distance.h"
#include "sigmoid.h"

/* Similarity of a signal to a support vector. */
KN_HELPER float kn_kernel(const kn_kernel_machine_block *block, const float *in,
                          const float *vector)
{
    float inner, power = 1.0f;
    uint32_t k;
    if (block->kind == 0u) {
        return kn_exp(-block->gamma * kn_squared_distance(in, vector, block->inputs));
    }
    inner = block->gamma * kn_dot(in, vector, block->inputs) + block->offset;
    if (block->kind == 2u) {
        return kn_tanh(inner);
    }
    for (k = 0; k < block->degree; k++) {
        power *= inner;
    }
    return power;
}

/* Sums for each pair of groups (0,1), (0,2), ... (1,2), ...; a vector of group i counts in the
 * pairs with every other group j. With one group there is one sum. */
KN_STEP void kn_kernel_machine(const kn_kernel_machine_block *block, const float *in, float *out,
                               float *scratch)
{
    const uint32_t groups = block->groups, others = groups > 1u ? groups - 1u : 1u;
    const float *vector = block->vectors, *weight = block->weights;
    uint32_t i, j, k;
    (void)scratch;
    for (k = 0; k < (groups > 1u ? groups * others / 2u : 1u); k++) {
        out[k] = block->intercepts[k];
    }
    for (i = 0; i < groups; i++) {
        for (k = 0; k < block->counts[i]; k++) {
            const float near = kn_kernel(block, in, vector);
            uint32_t pair = i - 1u; /* of (0, i), where i is not 0 */
            for (j = 0; j < i; j++) {
                out[pair] += weight[j] * near;
                pair += groups - 2u - j;
            }
            pair = i * (2u * groups - i - 1u) / 2u; /* of (i, i + 1) */
            for (; j < others; j++, pair++) {
                out[pair] += weight[j] * near;
            }
            vector += block->inputs;
            weight += others;
        }
    }
}

#endif
