/* What a compiler may call on its own, for links without a C library: host libraries and images of
 * the emulated board. Nothing of it ships; there the C library of the firmware does it. */
#include <stddef.h>
#include <stdint.h>

#define KN_SUPPORT __attribute__((visibility("hidden"), weak))
/* Without it the compiler would turn the loop of memset into a call of memset. */
#define KN_PLAIN KN_SUPPORT __attribute__((no_builtin))

/* Copies n bytes from source to destination; they must not overlap. */
KN_PLAIN void *memcpy(void *restrict destination, const void *restrict source, size_t n)
{
    uint8_t *to = destination;
    const uint8_t *from = source;
    for (size_t i = 0; i < n; i++) {
        to[i] = from[i];
    }
    return destination;
}

/* Copies n bytes from source to destination; they may overlap. */
KN_PLAIN void *memmove(void *destination, const void *source, size_t n)
{
    uint8_t *to = destination;
    const uint8_t *from = source;
    if (to < from) {
        for (size_t i = 0; i < n; i++) {
            to[i] = from[i];
        }
    } else {
        for (size_t i = n; i > 0; i--) {
            to[i - 1] = from[i - 1];
        }
    }
    return destination;
}

/* Sets n bytes to value. */
KN_PLAIN void *memset(void *destination, int value, size_t n)
{
    uint8_t *to = destination;
    for (size_t i = 0; i < n; i++) {
        to[i] = (uint8_t)value;
    }
    return destination;
}

#if defined(__arm__)
/* The names of the Arm run-time ABI (IHI 0043); here memset takes the length before the value. */
#define KN_COPY(name, function)                                                  \
    KN_PLAIN void name(void *destination, const void *source, size_t n)          \
    {                                                                            \
        function(destination, source, n);                                        \
    }
#define KN_SET(name)                                                             \
    KN_PLAIN void name(void *destination, size_t n, int value)                   \
    {                                                                            \
        memset(destination, value, n);                                           \
    }
#define KN_CLEAR(name)                                                           \
    KN_PLAIN void name(void *destination, size_t n)                              \
    {                                                                            \
        memset(destination, 0, n);                                               \
    }
KN_COPY(__aeabi_memcpy, memcpy)
KN_COPY(__aeabi_memcpy4, memcpy)
KN_COPY(__aeabi_memcpy8, memcpy)
KN_COPY(__aeabi_memmove, memmove)
KN_COPY(__aeabi_memmove4, memmove)
KN_COPY(__aeabi_memmove8, memmove)
KN_SET(__aeabi_memset)
KN_SET(__aeabi_memset4)
KN_SET(__aeabi_memset8)
KN_CLEAR(__aeabi_memclr)
KN_CLEAR(__aeabi_memclr4)
KN_CLEAR(__aeabi_memclr8)
#endif

#if defined(__SOFTFP__) || (defined(__riscv) && !defined(__riscv_f))
/* Division as IEEE 754 has it. The runtime that the compiler brings along turns subnormal quotients
 * into zero, which neither the usual runtime of firmware (libgcc) nor any hardware does. */
#if defined(__arm__)
#define KN_DIVIDE __aeabi_fdiv
#else
#define KN_DIVIDE __divsf3
#endif

/* Splits the bits of a finite float other than 0 into a significand with bit 23 set (returned) and
 * the exponent that belongs to it. */
static uint32_t normalise(uint32_t magnitude, int32_t *exponent)
{
    uint32_t significand = magnitude & 0x7fffffu;
    *exponent = (int32_t)(magnitude >> 23);
    if (*exponent != 0) {
        return significand | 0x800000u;
    }
    *exponent = 1;
    while (significand < 0x800000u) {
        significand <<= 1;
        *exponent -= 1;
    }
    return significand;
}

static uint32_t divide(uint32_t a, uint32_t b)
{
    const uint32_t infinity = 0x7f800000u;
    const uint32_t not_a_number = 0x7fc00000u;
    const uint32_t sign = (a ^ b) & 0x80000000u;
    a &= 0x7fffffffu;
    b &= 0x7fffffffu;
    if (a > infinity || b > infinity || (a == infinity && b == infinity) || (a == 0u && b == 0u)) {
        return not_a_number;
    }
    if (a == infinity || b == 0u) {
        return sign | infinity;
    }
    if (a == 0u || b == infinity) {
        return sign;
    }

    int32_t exponent_a;
    int32_t exponent_b;
    uint32_t rest = normalise(a, &exponent_a);
    const uint32_t divisor = normalise(b, &exponent_b);
    int32_t exponent = exponent_a - exponent_b + 127;
    if (rest < divisor) {
        rest <<= 1;
        exponent--;
    }
    /* 24 bits of the quotient, one to round by, and a last one that is set by any rest. */
    uint32_t quotient = 0u;
    for (uint32_t i = 0u; i < 25u; i++) {
        quotient <<= 1;
        if (rest >= divisor) {
            rest -= divisor;
            quotient |= 1u;
        }
        rest <<= 1;
    }
    quotient = (quotient << 1) | (rest != 0u ? 1u : 0u);

    if (exponent >= 255) {
        return sign | infinity;
    }
    if (exponent < 1) {
        const uint32_t shift = 1 - exponent < 27 ? (uint32_t)(1 - exponent) : 27u;
        const uint32_t lost = quotient & ((1u << shift) - 1u);
        quotient = (quotient >> shift) | (lost != 0u ? 1u : 0u);
        exponent = 0;
    } else {
        exponent--; /* bit 23 of the quotient adds the one again */
    }
    const uint32_t below = quotient & 3u;
    uint32_t magnitude = ((uint32_t)exponent << 23) + (quotient >> 2);
    /* To nearest, ties to even; a carry out of the significand raises the exponent as it should. */
    if (below == 3u || (below == 2u && (magnitude & 1u) != 0u)) {
        magnitude++;
    }
    return sign | magnitude;
}

float KN_DIVIDE(float a, float b);
float KN_DIVIDE(float a, float b)
{
    union {
        float number;
        uint32_t bits;
    } x = {a}, y = {b};
    x.bits = divide(x.bits, y.bits);
    return x.number;
}
#endif

#if defined(_WIN32)
/* What the linker looks for in a library without the C runtime. */
int _fltused;
int __stdcall _DllMainCRTStartup(void *instance, unsigned reason, void *reserved)
{
    (void)instance;
    (void)reason;
    (void)reserved;
    return 1;
}
#endif
