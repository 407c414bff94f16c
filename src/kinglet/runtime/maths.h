/* Elementary functions in float32, without libm: the same bits on every machine.
 * Bits are moved through a union, which C99 (6.5.2.3, note 82) defines. */
#ifndef KN_MATHS_H
#define KN_MATHS_H

#include "types.h"

typedef union {
    float value;
    uint32_t bits;
} kn_float_bits;

KN_HELPER float kn_from_bits(uint32_t bits)
{
    kn_float_bits pun;
    pun.bits = bits;
    return pun.value;
}

KN_HELPER uint32_t kn_to_bits(float value)
{
    kn_float_bits pun;
    pun.value = value;
    return pun.bits;
}

KN_HELPER float kn_abs(float x)
{
    return kn_from_bits(kn_to_bits(x) & 0x7FFFFFFFu);
}

KN_HELPER float kn_min(float x, float y)
{
    return x < y ? x : y;
}

KN_HELPER float kn_max(float x, float y)
{
    return x > y ? x : y;
}

#ifndef KN_SQRT_IN_HARDWARE
#if (defined(__ARM_FP) && (__ARM_FP & 4)) || defined(__SSE2__) || defined(__aarch64__) || \
    defined(__riscv_flen) || defined(__wasm__)
#define KN_SQRT_IN_HARDWARE 1
#else
#define KN_SQRT_IN_HARDWARE 0
#endif
#endif

#if KN_SQRT_IN_HARDWARE
#define KN_SQRT KN_HELPER
#else
#define KN_SQRT KN_STEP
#endif

/* Square root, correctly rounded to nearest even (IEEE 754, 5.4.1); x >= 0. Cores without the
 * instruction compute it digit by digit on the integer significand. */
KN_SQRT float kn_sqrt(float x)
{
#if KN_SQRT_IN_HARDWARE
    return __builtin_sqrtf(x);
#else
    /* Bits back to a value here: with the instruction nothing might use a helper for it. */
    kn_float_bits result;
    uint32_t bits = kn_to_bits(x);
    uint32_t significand = bits & 0x007FFFFFu;
    int32_t exponent = (int32_t)(bits >> 23);
    uint32_t root = 0, rest = 0, digit;
    if (exponent == 0) {
        if (significand == 0u) {
            return x;
        }
        exponent = 1;
        while ((significand & 0x00800000u) == 0u) { /* subnormal: normalise */
            significand <<= 1;
            exponent -= 1;
        }
    } else {
        significand |= 0x00800000u;
    }
    exponent -= 127;
    if ((exponent & 1) != 0) {
        significand <<= 1;
        exponent -= 1;
    }
    /* 26 digits of the root of significand * 2^27: 24 of the result, a guard and one more; the
     * radicand is fed two bits at a time, 25 bits of significand and then zeros. */
    significand <<= 7;
    for (digit = 0; digit < 26u; digit++) {
        uint32_t trial = (root << 2) | 1u;
        rest = (rest << 2) | (significand >> 30);
        significand <<= 2;
        root <<= 1;
        if (rest >= trial) {
            rest -= trial;
            root |= 1u;
        }
    }
    /* The radicand has its leading digit in bit 31 or 30, so the root has 26 digits less one zero
     * lead at most: round the last two away, the remainder being sticky. */
    if ((root & 3u) > 2u || ((root & 3u) == 2u && (rest != 0u || (root & 4u) != 0u))) {
        root += 4u;
    }
    result.bits = (uint32_t)(((exponent / 2) + 126) << 23) + (root >> 2);
    return result.value;
#endif
}

/* Natural logarithm, x > 0 and normal: x = 2^e m, m in [sqrt(1/2), sqrt(2)), and
 * log m = 2 atanh s = 2 (s + s^3/3 + s^5/5 + ...), s = (m-1)/(m+1), |s| < 0.172.
 * Error below 2 units in the last place. */
KN_STEP float kn_log(float x)
{
    uint32_t bits = kn_to_bits(x) - 0x3F3504F3u; /* bits of sqrt(1/2) */
    int32_t exponent = (int32_t)bits >> 23;
    float m = kn_from_bits((bits & 0x007FFFFFu) + 0x3F3504F3u);
    float s = (m - 1.0f) / (m + 1.0f);
    float z = s * s;
    float series = z * (0.333333333f + z * (0.2f + z * (0.142857143f + z * 0.111111111f)));
    float e = (float)exponent;
    return e * 0.693359375f + (2.0f * (s + s * series) + e * -2.12194440e-4f);
}

/* Smallest value that a logarithm is taken of: log of nothing is a floor, not minus infinity. */
#define KN_TINY 1e-20f

/* Exponential; the argument is clamped to [-87, 88], where the result is normal.
 * x = n log 2 + r, |r| <= log(2)/2, and exp r by its series to the 7th power. */
KN_STEP float kn_exp(float x)
{
    float n, r, series;
    int32_t power;
    x = kn_min(kn_max(x, -87.0f), 88.0f);
    n = x * 1.44269504f;
    power = (int32_t)(n + (n < 0.0f ? -0.5f : 0.5f));
    n = (float)power;
    r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    series = 0.00833333333f + r * (0.00138888889f + r * 0.000198412698f);
    series = 0.166666667f + r * (0.0416666667f + r * series);
    series = 1.0f + (r + r * r * (0.5f + r * series));
    return series * kn_from_bits((uint32_t)(power + 127) << 23);
}

#endif
