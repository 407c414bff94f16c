#ifndef KN_KERNELS_H
#define KN_KERNELS_H

#include "../runtime/maths.h"
#include "../runtime/sum.h"

/* Positions convolved and then pooled at a time; what is above the bias waits in scratch. */
#define KN_KERNELS_PIECE 64u

/* Where kernels of one axis, dilation and kind (see the record) find their nine taps. */
typedef struct {
    const float *x;     /* tap 0 at position 0 */
    uint32_t spacing;   /* floats from one tap to the next */
    uint32_t hop;       /* floats from one position to the next */
    uint32_t positions; /* at which all nine taps lie within the signal */
} kn_kernels_taps;

/* A third of the sum of all nine taps, at each position: the part that all kernels share. */
KN_HELPER void kn_kernels_thirds(const kn_kernels_taps *taps, float *restrict thirds)
{
    const uint32_t s = taps->spacing, hop = taps->hop, positions = taps->positions;
    const float *restrict x = taps->x;
    uint32_t i;
    for (i = 0; i < positions; i++) {
        const float *p = x + i * hop;
        const float left = (p[0] + p[s]) + (p[2u * s] + p[3u * s]);
        const float right = (p[4u * s] + p[5u * s]) + (p[6u * s] + p[7u * s]);
        thirds[i] = ((left + right) + p[8u * s]) * 0.333333333f;
    }
}

/* Convolve with one kernel and pool: share of positions above the bias, mean excess over it,
 * longest stretch above it and mean place above it, the last two relative to all positions. */
KN_HELPER void kn_kernels_pool(const kn_kernels_taps *taps, uint32_t code, float bias,
                               const float *restrict thirds, float *restrict excess, float *pooled)
{
    const uint32_t hop = taps->hop;
    const float *restrict a = taps->x + (code & 7u) * taps->spacing;
    const float *restrict b = taps->x + (code >> 3 & 7u) * taps->spacing;
    const float *restrict c = taps->x + (code >> 6 & 15u) * taps->spacing;
    const float positions = (float)taps->positions;
    uint32_t start, i, fired = 0, places = 0, quiet = 0, longest = 0;
    float sum = 0.0f;
    for (start = 0; start < taps->positions; start += KN_KERNELS_PIECE) {
        const uint32_t rest = taps->positions - start;
        const uint32_t count = rest < KN_KERNELS_PIECE ? rest : KN_KERNELS_PIECE;
        for (i = 0; i < count; i++) {
            const uint32_t at = (start + i) * hop;
            const float above = (((a[at] + b[at]) + c[at]) - thirds[start + i]) - bias;
            excess[i] = above > 0.0f ? above : 0.0f;
        }
        sum += kn_sum(excess, count, 1u);
        for (i = 0; i < count; i++) {
            const uint32_t place = start + i + 1u; /* counted from 1; quiet: the last not above */
            const uint32_t fires = kn_to_bits(excess[i]) != 0u;
            const uint32_t stretch = place - quiet;
            fired += fires;
            places += fires ? place : 0u;
            longest = fires && stretch > longest ? stretch : longest;
            quiet = fires ? quiet : place;
        }
    }
    pooled[0] = (float)fired / positions;
    pooled[1] = sum / positions;
    pooled[2] = (float)longest / positions;
    pooled[3] = fired != 0u ? ((float)places / (float)fired - 0.5f) / positions : 0.5f;
}

/* Convolution kernels: feature 4 * kernel + pooling. Kernels of one axis, dilation and kind lie
 * side by side in the tables and share the sum of their taps. */
KN_STEP void kn_kernels(const kn_kernels_block *block, const kn_shape *shape, const float *in,
                        const uint16_t *wanted, uint32_t wanted_count, float *out, float *scratch)
{
    float *thirds = scratch + KN_KERNELS_PIECE, pooled[4];
    uint32_t kernel = 0xFFFFu, group = 0xFFFFFFFFu, k, i;
    kn_kernels_taps taps = {in, 0u, 0u, 0u};
    taps.hop = (uint32_t)block->stride * shape->sample_step;
    for (k = 0; k < wanted_count; k++) {
        if (wanted[k] / 4u != kernel) {
            uint32_t code, axis;
            kernel = wanted[k] / 4u;
            code = block->codes[kernel];
            axis = block->axes[kernel];
            if ((axis << 8 | code >> 10) != group) {
                const uint32_t dilation = 1u << (code >> 10 & 15u);
                group = axis << 8 | code >> 10;
                taps.x = in + axis * shape->axis_step;
                taps.spacing = dilation * shape->sample_step;
                taps.positions = (shape->length - 8u * dilation - 1u) / block->stride + 1u;
                if (code >> 14 != 0u) { /* a plain sum of three taps */
                    for (i = 0; i < taps.positions; i++) {
                        thirds[i] = 0.0f;
                    }
                } else {
                    kn_kernels_thirds(&taps, thirds);
                }
            }
            kn_kernels_pool(&taps, code, block->biases[kernel], thirds, scratch, pooled);
        }
        out[k] = pooled[wanted[k] % 4u];
    }
}

#endif
