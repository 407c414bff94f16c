#ifndef KN_DIAGONAL_GAUSSIAN_H
#define KN_DIAGONAL_GAUSSIAN_H

#include "../runtime/variance.h"

#define KN_SCORE_Z2 0u
#define KN_SCORE_STUDENT 1u
#define KN_SCORE_MAX 2u
/* Signals beyond which Student's distribution is as good as the normal one. */
#define KN_STUDENT_MOST 256.0f

/* Learn one vector; the state is count, mean[inputs], square[inputs]. */
KN_STEP void kn_diagonal_gaussian_learn(const kn_diagonal_gaussian_block *block, float *state,
                                        const float *in, float *scratch)
{
    (void)scratch;
    state[0] = kn_count(state[0], block->horizon);
    kn_welford(state + 1, state + 1u + block->inputs, in, block->inputs, state[0], block->horizon);
}

/* Logarithm of the squared deviations z^2 in units of the variances: their mean (z2), their
 * maximum (max), or n mean log(1 + z^2 n/(n^2 - 1)), the predictive density after n signals
 * (student). */
KN_STEP float kn_diagonal_gaussian_score(const kn_diagonal_gaussian_block *block,
                                         const float *state, const float *in, float *scratch)
{
    const float *mean = state + 1, *square = state + 1u + block->inputs;
    const float freedom = kn_max(state[0] - 1.0f, 1.0f);
    const float n = kn_min(freedom + 1.0f, KN_STUDENT_MOST);
    float sum = 0.0f, most = 0.0f;
    uint32_t i;
    (void)scratch;
    for (i = 0; i < block->inputs; i++) {
        const float variance = kn_max(square[i] / freedom, kn_least_variance(mean[i]));
        const float share = kn_share(in[i] - mean[i], variance);
        sum += block->score == KN_SCORE_STUDENT ? n * kn_log(1.0f + share * n / (n * n - 1.0f))
                                                : share;
        most = kn_max(most, share);
    }
    return kn_log_share(block->score == KN_SCORE_MAX ? most : sum / (float)block->inputs);
}

#endif
