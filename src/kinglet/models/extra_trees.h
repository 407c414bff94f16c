#ifndef KN_EXTRA_TREES_H
#define KN_EXTRA_TREES_H

#include "../runtime/tree.h"

#define KN_EXTRA_TREES_MOST 32

/* Extremely randomised trees, soft voting. A leaf has one byte: which of the distributions is its
 * own. A distribution has one byte a class, four of them in a word, so small that the trees' words
 * add without a carry. */
KN_STEP void kn_extra_trees(const kn_extra_trees_block *block, const float *in, float *out,
                            float *scratch)
{
    uint8_t found[KN_EXTRA_TREES_MOST];
    const uint32_t *node = block->nodes;
    const uint8_t *leaf = block->leaves;
    const uint32_t words = (block->outputs + 3u) / 4u;
    uint32_t tree, k, sum = 0;
    (void)scratch;
    for (tree = 0; tree < block->trees; tree++) {
        const uint32_t size = block->sizes[tree];
        found[tree] = leaf[kn_tree_leaf(node, size, in)];
        leaf += size + 1u;
        node += size;
    }
    for (k = 0; k < block->outputs; k++) {
        if ((k & 3u) == 0u) {
            const uint32_t *const votes = block->votes + k / 4u;
            sum = 0;
            for (tree = 0; tree < block->trees; tree++) {
                sum += votes[found[tree] * words];
            }
        }
        out[k] = (float)(sum & 255u) * block->share;
        sum >>= 8;
    }
}

#endif
