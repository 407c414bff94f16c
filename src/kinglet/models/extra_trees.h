#ifndef KN_EXTRA_TREES_H
#define KN_EXTRA_TREES_H

#include "../runtime/maths.h"

#define KN_EXTRA_TREES_MOST 32

/* Extremely randomised trees, soft voting.
 *
 * A node is 32 bits: 14 of threshold (the upper ones of the float: sign, exponent, 5 binary
 * digits), 12 of feature, 6 of skip. Nodes lie in preorder: the left child follows its parent, the
 * right child lies `skip` nodes after it, and a child that would lie at the end of its subtree is a
 * leaf. Each right turn passes as many leaves as the skip says, so the number of a leaf needs no
 * memory either. A leaf has one byte: which of the distributions is its own. A distribution has
 * one byte a class, four of them in a word, so small that the trees' words add without a carry. */
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
        const uint32_t *const next = node + block->sizes[tree];
        const uint32_t *end = next;
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
        found[tree] = leaf[passed];
        leaf += block->sizes[tree] + 1u;
        node = next;
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
