#ifndef KN_PROTOTYPE_REGRESSION_H
#define KN_PROTOTYPE_REGRESSION_H

#include "../runtime/int8.h"
#include "../runtime/maths.h"
#include "../runtime/sum.h"

#define KN_PROTOTYPE_REGRESSION_MOST 8
/* Squared distances beyond are all the same: their sums stay finite. */
#define KN_PROTOTYPE_REGRESSION_FAR 1e38f

/* Mean of the values of the nearest prototypes, each weighed by one over its squared distance plus
 * a floor. The distance by |in|^2 - 2 in.c + |c|^2; the prototype c is a row of the table times a
 * scale, slope twice the scale. Weights are relative to the nearest one's: none of them is lost,
 * however far they all are. */
KN_STEP void kn_prototype_regression(const kn_prototype_regression_block *block, const float *in,
                                     float *out, float *scratch)
{
    float apart[KN_PROTOTYPE_REGRESSION_MOST], value[KN_PROTOTYPE_REGRESSION_MOST];
    const uint32_t inputs = block->inputs, nearest = block->nearest;
    const float own = kn_dot(in, in, inputs);
    float weights = 0.0f, sum = 0.0f;
    uint32_t held = 0, k, at;
    (void)scratch;
    for (k = 0; k < block->prototypes; k++) {
        const float product = block->slope * kn_dot_int8(block->table + k * inputs, in, inputs);
        const float far = kn_min(kn_max((own + block->norms[k]) - product, 0.0f),
                                 KN_PROTOTYPE_REGRESSION_FAR);
        if (held < nearest) {
            held++;
        } else if (far >= apart[nearest - 1u]) {
            continue;
        }
        for (at = held - 1u; at > 0u && far < apart[at - 1u]; at--) {
            apart[at] = apart[at - 1u];
            value[at] = value[at - 1u];
        }
        apart[at] = far;
        value[at] = block->values[k];
    }
    for (k = 0; k < held; k++) {
        const float weight = (apart[0] + block->floor) / (apart[k] + block->floor);
        weights += weight;
        sum += weight * value[k];
    }
    out[0] = sum / weights;
}

#endif
