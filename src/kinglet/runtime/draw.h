/* Pseudo-random numbers of 24 bits: each is exact in a float, so that a float of the state can
 * remember the last one, and the numbers are the same on every machine. */
#ifndef KN_DRAW_H
#define KN_DRAW_H

#include "types.h"

/* The number after `last`: linear congruential, every number of 0 .. 2^24 - 1 once in a period
 * (Hull and Dobell 1962: odd increment, multiplier 1 modulo 4). The upper digits are the good
 * ones. */
KN_HELPER uint32_t kn_draw(uint32_t last)
{
    return (last * 1140671485u + 12820163u) & 0x00FFFFFFu;
}

/* Such a number as a value in [0, below), below at most 2^24. */
KN_HELPER float kn_draw_below(uint32_t draw, float below)
{
    return (float)draw * (1.0f / 16777216.0f) * below;
}

/* Such a number as a value in [-1, 1). */
KN_HELPER float kn_draw_signed(uint32_t draw)
{
    return (float)draw * (1.0f / 8388608.0f) - 1.0f;
}

#endif
