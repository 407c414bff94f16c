/* Level of a band of a spectrum. */
#ifndef KN_LOG_MEAN_H
#define KN_LOG_MEAN_H

#include "maths.h"
#include "sum.h"

/* log(max(mean(x), KN_TINY)) of count values, step floats apart. */
KN_STEP float kn_log_mean(const float *x, uint32_t count, uint32_t step)
{
    return kn_log(kn_max(kn_sum(x, count, step) / (float)count, KN_TINY));
}

#endif
