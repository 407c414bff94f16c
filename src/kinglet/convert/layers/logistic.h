/* The logistic function, which several layers share. */
#ifndef KN_LOGISTIC_H
#define KN_LOGISTIC_H

#include "../../runtime/maths.h"

/* 1 / (1 + exp(-x)). */
KN_HELPER float kn_logistic(float x)
{
    return 1.0f / (1.0f + kn_exp(-x));
}

#endif
