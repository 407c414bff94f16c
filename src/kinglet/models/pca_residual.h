#ifndef KN_PCA_RESIDUAL_H
#define KN_PCA_RESIDUAL_H

#include "../runtime/distance.h"
#include "../runtime/int8.h"
#include "../runtime/sum.h"

/* Principal components, taken out of the deviation one after the other: out = log of the weighted
 * energy of what is left, and of the components where they count. Scratch holds one value an
 * input. */
KN_STEP void kn_pca_residual(const kn_pca_residual_block *block, const float *in, float *out,
                             float *scratch)
{
    const uint32_t inputs = block->inputs;
    const int8_t *row = block->rows;
    float energy = 0.0f;
    uint32_t i, k;
    kn_deviation(in, block->mean, inputs, scratch);
    for (k = 0; k < block->components; k++) {
        const float scale = block->scale[k];
        const float along = scale * kn_dot_int8(row, scratch, inputs);
        const float back = scale * along;
        const float share = along * block->along[k];
        for (i = 0; i < inputs; i++) {
            scratch[i] -= back * (float)row[i];
        }
        energy += share * share;
        row += inputs;
    }
    energy += block->rest * kn_dot(scratch, scratch, inputs);
    out[0] = kn_log_distance(energy / (float)inputs);
}

#endif
