/* From scores to similarities: what score is usual is learned with the signals.
 *
 * Every signal is scored before it is learned (test, then train), and mean and variance of these
 * logarithms of scores are kept over the later half of learning, in two banks. A new signal is
 * nominal up to the Student-t predictive limit: the chance of a false alarm is that of the limit
 * even after few signals. Scores of signals already learned never take part. */
#ifndef KN_CALIBRATION_H
#define KN_CALIBRATION_H

#include "maths.h"

/* All zero where nothing was learned. */
typedef struct {
    float span;         /* scores that the newer bank takes; a bank is at most a horizon long */
    float older_count;  /* the bank before: number of scores, */
    float older_mean;   /* their mean, */
    float older_square; /* and the sum of their squared deviations */
    float newer_count;  /* the bank that is being filled */
    float newer_mean;
    float newer_square;
    float unused; /* keeps the size a multiple of 8 bytes */
} kn_calibration;

/* Signals to learn before there is a similarity. */
#define KN_FIRST_SIMILARITY 13u

/* Take in the score of a signal that is about to be learned. Banks of 4, 4, 8, 16, ... scores. */
KN_STEP void kn_calibrate(kn_calibration *calibration, float score, float horizon)
{
    const float change = score - calibration->newer_mean;
    calibration->newer_count += 1.0f;
    calibration->newer_mean += change / calibration->newer_count;
    calibration->newer_square += change * (score - calibration->newer_mean);
    if (calibration->newer_count >= kn_max(calibration->span, 4.0f)) {
        const float span = calibration->older_count > 0.0f ? 2.0f * calibration->span : 4.0f;
        calibration->span = kn_min(span, kn_max(horizon, 4.0f));
        calibration->older_count = calibration->newer_count;
        calibration->older_mean = calibration->newer_mean;
        calibration->older_square = calibration->newer_square;
        calibration->newer_count = 0.0f;
        calibration->newer_mean = 0.0f;
        calibration->newer_square = 0.0f;
    }
}

/* Samples of a stream are so like the ones just before them that a score right after learning those
 * is too low to tell what is usual. So stretches of samples are learned and, in turn, only scored:
 * the n-th sample given is learned where this is 1. Stretches of 4 at first, of 32 in the end. */
KN_STEP int kn_is_learned_in_turn(uint32_t given)
{
    uint32_t stretch = 4u;
    while ((stretch < 32u) && (8u * stretch <= given)) {
        stretch *= 2u;
    }
    /* A counter that has stopped gives no turns any more. */
    return (((given / stretch) & 1u) == 0u) || (given == UINT32_MAX);
}

/* 99 % quantile of Student's t: a table up to 10 degrees of freedom, above it the expansion of
 * Cornish and Fisher about the normal quantile 2.3263 (Abramowitz and Stegun, 26.7.5). */
KN_STEP float kn_student(float freedom)
{
    static const float quantiles[10] = {31.82f, 6.965f, 4.541f, 3.747f, 3.365f,
                                        3.143f, 2.998f, 2.896f, 2.821f, 2.764f};
    if (freedom < 10.5f) {
        return quantiles[(uint32_t)kn_max(freedom, 1.0f) - 1u];
    }
    /* (z^3 + z) / 4 and (5 z^5 + 16 z^3 + 3 z) / 96 at z = 2.3263479 */
    return 2.3263479f + (3.7290742f + 5.7197459f / freedom) / freedom;
}

/* How far a score lies above the usual one, and the limit up to which it is nominal. */
KN_STEP float kn_judge(const kn_calibration *calibration, float score, float *limit)
{
    const float older = calibration->older_count, newer = calibration->newer_count;
    const float count = kn_max(older + newer, 1.0f);
    const float apart = calibration->older_mean - calibration->newer_mean;
    const float mean = (older * calibration->older_mean + newer * calibration->newer_mean) / count;
    const float square = calibration->older_square + calibration->newer_square +
                         apart * apart * (older * newer / count);
    /* Equal scores have no variance: a hundredth of a bit is a difference all the same. */
    const float variance = kn_max(square / kn_max(count - 1.0f, 1.0f), 1e-4f);
    *limit = kn_student(count - 1.0f) * kn_sqrt(variance * (1.0f + 1.0f / count));
    return score - mean;
}

/* Similarity, 0 to 100, rounded down: 100 up to the usual score, 90 at the limit, never 90 or more
 * beyond it. A higher sensitivity draws the limit nearer. */
KN_STEP uint8_t kn_similarity(float z, float limit, float sensitivity)
{
    const float share = sensitivity * z / limit;
    float similarity;
    if (share <= 0.0f) {
        return 100u;
    }
    similarity = kn_max(100.0f - 10.0f * share, 0.0f);
    return (uint8_t)(share > 1.0f ? kn_min(similarity, 89.0f) : similarity);
}

#endif
