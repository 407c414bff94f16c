/* Windows that slide along a padded signal, which several layers share. */
#ifndef KN_WINDOW_H
#define KN_WINDOW_H

#include "../../runtime/types.h"

typedef struct {
    uint32_t start;   /* sample under the first tap that counts */
    uint32_t skipped; /* taps before it, which lie before the signal */
    uint32_t taps;    /* taps that lie within the signal */
} kn_window;

/* The window of `kernel` taps that begins `at` samples after the start of the padding. */
KN_HELPER kn_window kn_window_at(uint32_t at, uint32_t before, uint32_t length, uint32_t kernel,
                                 uint32_t dilation)
{
    kn_window window = {0, 0, 0};
    while ((window.skipped < kernel) && (at < before)) {
        at += dilation;
        window.skipped++;
    }
    if (window.skipped == kernel) {
        return window;
    }
    window.start = at - before;
    for (at = window.start; (at < length) && (window.skipped + window.taps < kernel);
         at += dilation) {
        window.taps++;
    }
    if (window.taps == 0u) {
        window.start = 0;
    }
    return window;
}

#endif
