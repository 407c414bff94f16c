#ifndef KN_KERNELS_H
#define KN_KERNELS_H

#include "../runtime/maths.h"
#include "../runtime/sum.h"

/* Positions convolved and then pooled at a time; what is above the bias waits in scratch. */
#define KN_KERNELS_PIECE 64u

/* Where the kernels of one axis and dilation find their nine taps. */
typedef struct {
    const float *x;     /* tap 0 at position 0 */
    uint32_t spacing;   /* floats from one tap to the next */
    uint32_t positions; /* at which all nine taps lie within the signal */
} kn_kernels_taps;

/* Sum of all nine taps at each position, hop floats apart: what the kernels share. */
KN_HELPER void kn_kernels_sums(const kn_kernels_taps *taps, uint32_t hop, float *restrict sums)
{
    const uint32_t s = taps->spacing, positions = taps->positions;
    const float *restrict x = taps->x;
    uint32_t i;
    for (i = 0; i < positions; i++) {
        const float *p = x + i * hop;
        const float left = (p[0] + p[s]) + (p[2u * s] + p[3u * s]);
        const float right = (p[4u * s] + p[5u * s]) + (p[6u * s] + p[7u * s]);
        sums[i] = (left + right) + p[8u * s];
    }
}

/* Convolve with one kernel and pool: number of positions above the bias, sum of the excess over it,
 * longest stretch above it, mean place above it counted from 1/2 (the middle where there is none).
 * The caller divides all four by the number of positions. */
KN_HELPER void kn_kernels_pool(const kn_kernels_taps *taps, uint32_t hop, uint32_t code, float bias,
                               const float *restrict sums, float *restrict excess, float *pooled)
{
    const float *restrict a = taps->x + (code & 7u) * taps->spacing;
    const float *restrict b = taps->x + (code >> 3 & 7u) * taps->spacing;
    const float *restrict c = taps->x + (code >> 6 & 15u) * taps->spacing;
    const float share = code >> 14 != 0u ? 0.0f : 0.333333333f;
    const uint32_t positions = taps->positions;
    uint32_t start, i, fired = 0, places = 0, stretch = 0, longest = 0;
    float sum = 0.0f;
    for (start = 0; start < positions; start += KN_KERNELS_PIECE) {
        const uint32_t rest = positions - start;
        const uint32_t count = rest < KN_KERNELS_PIECE ? rest : KN_KERNELS_PIECE;
        for (i = 0; i < count; i++) {
            const uint32_t at = (start + i) * hop;
            const float above = (((a[at] + b[at]) + c[at]) - share * sums[start + i]) - bias;
            const uint32_t bits = kn_to_bits(above);
            excess[i] = kn_from_bits(bits & ((bits >> 31) - 1u)); /* 0 unless above > 0 */
        }
        sum += kn_sum(excess, count, 1u);
        for (i = 0; i < count; i++) {
            const uint32_t fires = kn_to_bits(excess[i]) != 0u;
            fired += fires;
            places += fires ? start + i : 0u;
            stretch = fires ? stretch + 1u : 0u;
            longest = stretch > longest ? stretch : longest;
        }
    }
    pooled[0] = (float)fired;
    pooled[1] = sum;
    pooled[2] = (float)longest;
    pooled[3] = fired != 0u ? (float)places / (float)fired + 0.5f : 0.5f * (float)positions;
}

/* All wanted features, positions hop floats apart. */
KN_HELPER __attribute__((always_inline)) void kn_kernels_run(
    const kn_kernels_block *block, const kn_shape *shape, uint32_t hop, const float *in,
    const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    float *sums = scratch + KN_KERNELS_PIECE, pooled[4];
    kn_kernels_taps taps = {in, 0u, 0u};
    uint32_t kernel = 0xFFFFu, group = 0xFFFFFFFFu, k;
    for (k = 0; k < wanted_count; k++) {
        if (wanted[k] / 4u != kernel) {
            uint32_t code, axis, octave;
            kernel = wanted[k] / 4u;
            code = block->codes[kernel];
            axis = block->axes[kernel];
            octave = code >> 10 & 15u;
            if ((axis << 8 | octave) != group) {
                const uint32_t dilation = 1u << octave;
                group = axis << 8 | octave;
                taps.x = in + axis * shape->axis_step;
                taps.spacing = dilation * shape->sample_step;
                taps.positions = (shape->length - 8u * dilation - 1u) / block->stride + 1u;
                kn_kernels_sums(&taps, hop, sums);
            }
            kn_kernels_pool(&taps, hop, code, block->biases[kernel], sums, scratch, pooled);
        }
        out[k] = pooled[wanted[k] % 4u] / (float)taps.positions;
    }
}

/* Convolution kernels: feature 4 * kernel + pooling. Kernels of one axis and dilation lie side
 * by side in the tables. */
KN_STEP void kn_kernels(const kn_kernels_block *block, const kn_shape *shape, const float *in,
                        const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    const uint32_t hop = (uint32_t)block->stride * shape->sample_step;
#ifndef __OPTIMIZE_SIZE__
    if (hop == 1u) { /* a copy of its own, which is vectorised: the same operations */
        kn_kernels_run(block, shape, 1u, in, wanted, wanted_count, out, scratch);
        return;
    }
#endif
    kn_kernels_run(block, shape, hop, in, wanted, wanted_count, out, scratch);
}

#endif
