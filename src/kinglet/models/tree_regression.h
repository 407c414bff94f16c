#ifndef KN_TREE_REGRESSION_H
#define KN_TREE_REGRESSION_H

#include "../runtime/tree.h"

/* Regression trees: out = scale * sum of the int16 value of the leaf of each tree + offset. The sum
 * is exact, whatever its order. */
KN_STEP void kn_tree_regression(const kn_tree_regression_block *block, const float *in, float *out,
                                float *scratch)
{
    const uint32_t *node = block->nodes;
    const int16_t *leaf = block->leaves;
    int32_t sum = 0;
    uint32_t tree;
    (void)scratch;
    for (tree = 0; tree < block->trees; tree++) {
        const uint32_t size = block->sizes[tree];
        sum += leaf[kn_tree_leaf(node, size, in)];
        leaf += size + 1u;
        node += size;
    }
    out[0] = (float)sum * block->scale + block->offset;
}

#endif
