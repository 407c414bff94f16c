#ifndef KN_NEIGHBOURS_H
#define KN_NEIGHBOURS_H

#include "distance.h"

#define KN_NEIGHBOURS_MOST 32

/* Share of each class among the nearest lines; of lines equally far the first ones count. */
KN_STEP void kn_neighbours(const kn_neighbours_block *block, const float *in, float *out,
                           float *scratch)
{
    float nearest[KN_NEIGHBOURS_MOST];
    uint8_t labels[KN_NEIGHBOURS_MOST];
    const float *line = block->table;
    uint32_t i, k, kept = 0;
    (void)scratch;
    for (i = 0; i < block->lines; i++, line += block->inputs) {
        const float distance = kn_squared_distance(in, line, block->inputs);
        if (kept < block->neighbours) {
            kept++;
        } else if (distance >= nearest[kept - 1u]) {
            continue;
        }
        for (k = kept - 1u; (k > 0u) && (distance < nearest[k - 1u]); k--) {
            nearest[k] = nearest[k - 1u];
            labels[k] = labels[k - 1u];
        }
        nearest[k] = distance;
        labels[k] = block->labels[i];
    }
    for (k = 0; k < block->classes; k++) {
        out[k] = 0.0f;
    }
    for (k = 0; k < kept; k++) {
        out[labels[k]] += 1.0f;
    }
    for (k = 0; k < block->classes; k++) {
        out[k] = out[k] / (float)kept;
    }
}

#endif
