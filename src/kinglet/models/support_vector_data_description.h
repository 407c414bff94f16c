#ifndef KN_SUPPORT_VECTOR_DATA_DESCRIPTION_H
#define KN_SUPPORT_VECTOR_DATA_DESCRIPTION_H

#include "../runtime/distance.h"
#include "../runtime/sum.h"

/* Soft smallest ball: out = log(|in - centre|^2 / radius^2). Scratch holds one value an input. */
KN_STEP void kn_support_vector_data_description(
    const kn_support_vector_data_description_block *block, const float *in, float *out,
    float *scratch)
{
    const uint32_t inputs = block->inputs;
    kn_deviation(in, block->centre, inputs, scratch);
    out[0] = kn_log_distance(kn_dot(scratch, scratch, inputs) * block->share);
}

#endif
