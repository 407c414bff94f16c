/* Types that every step shares. */
#ifndef KN_TYPES_H
#define KN_TYPES_H

#include <stdint.h>

/* How a signal lies in memory: sample i of axis a is in[i * sample_step + a * axis_step].
 * The caller's buffer is interleaved (sample_step = axes, axis_step = 1); buffers between steps
 * are planar (sample_step = 1, axis_step = length). A vector has one axis. */
typedef struct {
    uint16_t length;      /* samples per axis, 1..16383 */
    uint16_t axes;        /* 1..16 and more */
    uint16_t sample_step; /* floats from one sample to the next */
    uint16_t axis_step;   /* floats from one axis to the next */
} kn_shape;

/* A step, a model or a shared computation is a function of its own in the library, so that its
 * code is there once and its size is known beforehand; small helpers are inlined. */
#ifndef KN_STEP
#define KN_STEP __attribute__((noinline)) static
#endif
#define KN_HELPER static inline

#endif
