/* Binary trees packed into 32 bits a node.
 *
 * A node is 14 bits of threshold (the upper ones of the float: sign, exponent, 5 binary digits), 12
 * of feature, 6 of skip. Nodes lie in preorder: the left child follows its parent, the right child
 * lies `skip` nodes after it, and a child that would lie at the end of its subtree is a leaf. Each
 * right turn passes as many leaves as the skip says, so the number of a leaf needs no memory. */
#ifndef KN_TREE_H
#define KN_TREE_H

#include "maths.h"

/* Leaf that `in` falls into, counted from the left; `size` nodes, one leaf more. */
KN_HELPER uint32_t kn_tree_leaf(const uint32_t *node, uint32_t size, const float *in)
{
    const uint32_t *end = node + size;
    uint32_t passed = 0;
    while (node < end) {
        const uint32_t skip = *node & 63u;
        const uint32_t *const right = node + skip;
        if (in[(*node >> 6) & 4095u] <= kn_from_bits(*node & 0xFFFC0000u)) {
            end = right;
            node++;
        } else {
            passed += skip;
            node = right;
        }
    }
    return passed;
}

#endif
