/* Sorting in place, without recursion. */
#ifndef KN_SORT_H
#define KN_SORT_H

#include "maths.h"

/* A float's bits as an integer of the same order (-0 before +0): cores without a floating-point
 * unit compare it in one instruction, and the others no slower than a float. */
KN_HELPER int32_t kn_order(float x)
{
    const uint32_t bits = kn_to_bits(x);
    return (int32_t)(bits ^ ((0u - (bits >> 31)) >> 1));
}

/* Ascending Shell sort with gaps 1, 4, 13, 40, ... (Knuth, The Art of Computer Programming,
 * volume 3, 5.2.1): of the order of count^1.5 at worst, whatever the values. */
KN_STEP void kn_sort(float *x, uint32_t count)
{
    uint32_t gap = 1, i, j;
    while (gap < count / 3u) {
        gap = 3u * gap + 1u;
    }
    for (; gap > 0u; gap /= 3u) {
        for (i = gap; i < count; i++) {
            const float value = x[i];
            const int32_t order = kn_order(value);
            for (j = i; j >= gap && kn_order(x[j - gap]) > order; j -= gap) {
                x[j] = x[j - gap];
            }
            x[j] = value;
        }
    }
}

#endif
