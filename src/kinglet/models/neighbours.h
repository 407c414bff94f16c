#ifndef KN_NEIGHBOURS_H
#define KN_NEIGHBOURS_H

#include "../runtime/reservoir.h"

/* Learn one vector; scratch holds one value an input. */
KN_STEP void kn_neighbours_learn(const kn_neighbours_block *block, float *state, const float *in,
                                 float *scratch)
{
    kn_reservoir_learn(state, in, block->inputs, block->size, block->horizon, scratch);
}

/* Logarithm of the mean squared deviation from the nearest vectors kept. */
KN_STEP float kn_neighbours_score(const kn_neighbours_block *block, const float *state,
                                  const float *in, float *scratch)
{
    return kn_reservoir_score(state, in, block->inputs, block->size, block->nearest, scratch);
}

#endif
