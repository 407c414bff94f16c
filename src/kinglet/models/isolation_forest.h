#ifndef KN_ISOLATION_FOREST_H
#define KN_ISOLATION_FOREST_H

#include "../runtime/tree.h"

/* Isolation forest: out = minus the mean length of the paths that isolate the signal, that of an
 * unsplit leaf included. The sum is exact, whatever its order. */
KN_STEP void kn_isolation_forest(const kn_isolation_forest_block *block, const float *in,
                                 float *out, float *scratch)
{
    const uint32_t *node = block->nodes;
    const uint8_t *leaf = block->leaves;
    uint32_t tree, sum = 0;
    (void)scratch;
    for (tree = 0; tree < block->trees; tree++) {
        const uint32_t size = block->sizes[tree];
        sum += leaf[kn_tree_leaf(node, size, in)];
        leaf += size + 1u;
        node += size;
    }
    out[0] = (float)sum * block->share;
}

#endif
