/* Steps of int8, which several layers share. */
#ifndef KN_INT8_GRID_H
#define KN_INT8_GRID_H

#include "../../runtime/maths.h"

/* x rounded to nearest, half to even, + zero, within [low, high]; low and high are int8. */
KN_HELPER int8_t kn_to_grid(float x, int32_t zero, int32_t low, int32_t high)
{
    /* 1.5 * 2^23: adding it leaves no digits after the point, and the integer in its last bits. */
    const float shifted = kn_min(kn_max(x, -1024.0f), 1024.0f) + 12582912.0f;
    const int32_t step = (int32_t)(kn_to_bits(shifted) - 0x4B400000u) + zero;
    return (int8_t)(step < low ? low : step > high ? high : step);
}

#endif
