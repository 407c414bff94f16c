#ifndef KN_EXTRA_TREES_H
#define KN_EXTRA_TREES_H

#include "../runtime/types.h"

/* Extremely randomised trees, soft voting.
 *
 * A node is 32 bits: 13 of threshold (in 1/256, offset 4096), 13 of feature, 6 of skip. Nodes lie in
 * preorder: the left child follows its parent, the right child lies `skip` nodes after it, and a
 * child that would lie at the end of its subtree is a leaf. Each right turn passes as many leaves
 * as the skip says, so the number of a leaf needs no memory either. A leaf has one byte: which of
 * the distributions is its own. */
KN_STEP void kn_extra_trees(const kn_extra_trees_block *block, const float *in, float *out,
                            float *scratch)
{
    const uint32_t *node = block->nodes;
    const uint8_t *leaves = block->leaves;
    const uint32_t outputs = block->outputs;
    uint32_t tree, k;
    (void)scratch;
    for (k = 0; k < outputs; k++) {
        out[k] = 0.0f;
    }
    for (tree = 0; tree < block->trees; tree++) {
        const uint32_t *const next = node + block->sizes[tree];
        const uint32_t *end = next;
        const uint8_t *leaf = leaves;
        const uint8_t *votes;
        leaves += block->sizes[tree] + 1u;
        while (node < end) {
            const uint32_t skip = *node & 63u;
            const float threshold = (float)((int32_t)(*node >> 19) - 4096) * 0.00390625f;
            if (in[(*node >> 6) & 8191u] <= threshold) {
                end = node + skip;
                node++;
            } else {
                node += skip;
                leaf += skip;
            }
        }
        votes = block->votes + *leaf * outputs;
        for (k = 0; k < outputs; k++) {
            out[k] += (float)votes[k]; /* whole numbers: exact in any order */
        }
        node = next;
    }
    for (k = 0; k < outputs; k++) {
        out[k] *= block->share;
    }
}

#endif
