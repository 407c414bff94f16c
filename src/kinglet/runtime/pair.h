/* Two members judge together: each score is told in units of that member's usual scores.
 *
 * The state of an ensemble of two is
 *   count, for each member {scores, mean, variance}, state of the first, state of the second.
 * Every member is tested, then trained: in learn(), a member that is warm scores the signal, the
 * score goes to kn_pair_take, then the member learns. The score of the pair is
 *   kn_pair_score(state, score of the first, score of the second). */
#ifndef KN_PAIR_H
#define KN_PAIR_H

#include "variance.h"

/* Floats before the states of the members. */
#define KN_PAIR_HEAD 7u
/* Signals that a member learns before its score counts. */
#define KN_MEMBER_WARM_UP 3.0f
/* Variance of logarithms of scores below which they are equal, as in calibration.h. */
#define KN_PAIR_LEAST 1e-4f

/* Take the score of a signal that a member (0 or 1) is about to learn into what is usual for it.
 * The i-th score weighs i: those of a member that has learned more count for more, and early ones
 * fade. At the horizon the weights fall exponentially. */
KN_STEP void kn_pair_take(float *state, uint32_t member, float score, float horizon)
{
    float *usual = state + 1u + 3u * member;
    const float count = kn_count(usual[0], horizon);
    const float weight = 2.0f / (count + 1.0f);
    const float change = score - usual[1];
    usual[0] = count;
    usual[1] += weight * change;
    usual[2] = (1.0f - weight) * (usual[2] + weight * change * change);
}

/* How far a score lies above what is usual for its member, in standard deviations; 0 where fewer
 * than two scores say what is usual. */
KN_HELPER float kn_pair_above(const float *state, uint32_t member, float score)
{
    const float *usual = state + 1u + 3u * member;
    if (usual[0] < 2.0f) {
        return 0.0f;
    }
    return (score - usual[1]) / kn_sqrt(kn_max(usual[2], KN_PAIR_LEAST));
}

/* Mean of both. */
KN_STEP float kn_pair_score(const float *state, float first, float second)
{
    return 0.5f * (kn_pair_above(state, 0u, first) + kn_pair_above(state, 1u, second));
}

#endif
