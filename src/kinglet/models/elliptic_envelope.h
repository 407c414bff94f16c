#ifndef KN_ELLIPTIC_ENVELOPE_H
#define KN_ELLIPTIC_ENVELOPE_H

#include "../runtime/distance.h"
#include "../runtime/sum.h"
#include "../runtime/whiten.h"

/* Mahalanobis distance: out = log(|W (in - mean)|^2 / inputs), W lower triangular. Scratch holds
 * one value an input. */
KN_STEP void kn_elliptic_envelope(const kn_elliptic_envelope_block *block, const float *in,
                                  float *out, float *scratch)
{
    const uint32_t inputs = block->inputs;
    kn_deviation(in, block->mean, inputs, scratch);
    kn_whiten(block->rows, block->scale, scratch, inputs);
    out[0] = kn_log_distance(kn_dot(scratch, scratch, inputs) / (float)inputs);
}

#endif
