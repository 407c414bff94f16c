/* Sum of exponentials that neither overflows nor vanishes. */
#ifndef KN_LOG_SUM_H
#define KN_LOG_SUM_H

#include "maths.h"

/* log(sum exp x_k), at least one value. */
KN_STEP float kn_log_sum_exp(const float *x, uint32_t count)
{
    float largest = x[0], sum = 0.0f;
    uint32_t k;
    for (k = 1; k < count; k++) {
        largest = kn_max(largest, x[k]);
    }
    for (k = 0; k < count; k++) {
        sum += kn_exp(x[k] - largest);
    }
    return largest + kn_log(sum);
}

#endif
