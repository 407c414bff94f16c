#ifndef KN_TREES_H
#define KN_TREES_H

#include "../../runtime/maths.h"

/* Floats are compared as integers: quick without a floating-point unit too, and the comparison is
 * told by one instruction with one. The bits of floats at or above 0 have the order of signed
 * integers, in which all floats below 0 come first; those of floats below 0 have the reverse order
 * of unsigned integers, in which all floats at or above 0 come first. */

/* Where the compiler knows how, generated functions are made as small as can be. */
#if defined(__clang__)
#define KN_SMALL __attribute__((minsize))
#else
#define KN_SMALL
#endif

/* x <= t for t >= 0, by the bits of t. */
KN_HELPER int kn_at_most(float x, int32_t t)
{
    return (int32_t)kn_to_bits(x) <= t;
}

/* x <= t for t < 0, by the bits of t. */
KN_HELPER int kn_at_most_negative(float x, uint32_t t)
{
    return kn_to_bits(x) >= t;
}

/* An integer for each float with the same order; that of -0 is next to that of 0. */
KN_HELPER int32_t kn_in_order(float x)
{
    const uint32_t bits = kn_to_bits(x);
    return (int32_t)(bits ^ ((0u - (bits >> 31)) >> 1));
}

#endif
