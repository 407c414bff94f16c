#ifndef KN_ONE_CLASS_SVM_H
#define KN_ONE_CLASS_SVM_H

#include "../runtime/distance.h"
#include "../runtime/log_sum.h"

/* One-class support vector machine: out = -log sum_k w_k exp(-gamma |in - c_k|^2), 0 on its own
 * boundary. Scratch holds one value an input and one a centre. */
KN_STEP void kn_one_class_svm(const kn_one_class_svm_block *block, const float *in, float *out,
                              float *scratch)
{
    const uint32_t inputs = block->inputs;
    float *const near = scratch + inputs;
    uint32_t k;
    kn_in_reach(in, block->unit, inputs, scratch);
    for (k = 0; k < block->centres; k++) {
        near[k] = block->weights[k] -
                  block->gamma * kn_apart_int8(block->table + k * inputs, scratch, inputs);
    }
    out[0] = -kn_log_sum_exp(near, block->centres);
}

#endif
