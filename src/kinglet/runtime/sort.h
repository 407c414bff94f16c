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

/* Ascending Shell sort; each gap is 5/11 of the one before (Gonnet and Baeza-Yates, Handbook of
 * Algorithms and Data Structures, 1991, 4.1.5). */
KN_STEP void kn_sort(float *x, uint32_t count)
{
    uint32_t gap = count, i, j;
    while (gap > 1u) {
        gap = gap < 5u ? 1u : (5u * gap - 1u) / 11u;
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
