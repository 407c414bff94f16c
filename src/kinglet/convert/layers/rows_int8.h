/* Sums of products of int8, exact in int32, for one row of weights or four at once. */
#ifndef KN_ROWS_INT8_H
#define KN_ROWS_INT8_H

#include "../../runtime/types.h"

/* Cores with instructions for pairs of 16 bits multiply two values at once: the same sums. */
#if defined(__ARM_FEATURE_SIMD32) && (defined(__GNUC__) || defined(__clang__))
#define KN_IN_PAIRS 1
#else
#define KN_IN_PAIRS 0
#endif

#if KN_IN_PAIRS
/* Four int8 from any address. */
KN_HELPER uint32_t kn_word(const int8_t *x)
{
    uint32_t word;
    __builtin_memcpy(&word, x, 4);
    return word;
}

/* The first and third int8 of a word, as two int16. */
KN_HELPER int32_t kn_even(uint32_t word)
{
    return (int32_t)__builtin_arm_sxtb16((int32_t)word);
}

/* The second and fourth. */
KN_HELPER int32_t kn_odd(uint32_t word)
{
    return (int32_t)__builtin_arm_sxtb16((int32_t)((word >> 8) | (word << 24)));
}

/* sum + the four products of a word of weights and of four values. */
KN_HELPER int32_t kn_add_word(uint32_t word, int32_t even, int32_t odd, int32_t sum)
{
    sum = (int32_t)__builtin_arm_smlad(kn_even(word), even, sum);
    return (int32_t)__builtin_arm_smlad(kn_odd(word), odd, sum);
}
#endif

/* Dot product of count int8 values. */
KN_STEP int32_t kn_dot_integers(const int8_t *w, const int8_t *x, uint32_t count)
{
    int32_t sum = 0;
#if KN_IN_PAIRS
    for (; count >= 4u; count -= 4u) {
        const uint32_t values = kn_word(x);
        sum = kn_add_word(kn_word(w), kn_even(values), kn_odd(values), sum);
        x += 4;
        w += 4;
    }
#endif
    for (; count > 0u; count--) {
        sum += *w++ * *x++;
    }
    return sum;
}

/* sums[k] += row k times x; rows of weights lie `row` apart. */
KN_STEP void kn_add_four_rows_int8(const int8_t *w, uint32_t row, const int8_t *x, uint32_t count,
                                   int32_t *sums)
{
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
#if KN_IN_PAIRS
    for (; count >= 4u; count -= 4u) {
        const uint32_t values = kn_word(x);
        const int32_t even = kn_even(values), odd = kn_odd(values);
        const int8_t *at = w;
        a = kn_add_word(kn_word(at), even, odd, a);
        at += row;
        b = kn_add_word(kn_word(at), even, odd, b);
        at += row;
        c = kn_add_word(kn_word(at), even, odd, c);
        at += row;
        d = kn_add_word(kn_word(at), even, odd, d);
        x += 4;
        w += 4;
    }
#endif
    for (; count > 0u; count--) {
        const int32_t value = *x++;
        a += w[0] * value;
        b += w[row] * value;
        c += w[2u * row] * value;
        d += w[3u * row] * value;
        w++;
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

#endif
