/* Firmware as people write it for the version 5 1-class API. */
#include <stdint.h>
#include <string.h>

#include "NanoEdgeAI.h"
#include "signals.h"

static float buffer[NEAI_INPUT_SIGNAL_LENGTH * NEAI_INPUT_AXIS_NUMBER];

void report(const char *words, int value);

int main(void)
{
    uint8_t is_outlier = 7;
    int wrong = 0;
    int state = neai_outlier(buffer, &is_outlier);

    if (state != NEAI_NOT_INITIALIZED || is_outlier != 7) {
        report("not initialized", state);
        return 2;
    }
    neai_outlier_init();
    if (neai_outlier(0, &is_outlier) != NEAI_INVALID_PARAM ||
        neai_outlier(buffer, 0) != NEAI_INVALID_PARAM) {
        return 3;
    }
    if (strcmp(neai_get_id(), NEAI_ID) != 0 || neai_get_input_signal_size() != LENGTH ||
        neai_get_axis_number() != AXES) {
        return 4;
    }
    for (int i = 0; i < SIGNALS; i++) {
        memcpy(buffer, signals[i], sizeof buffer);
        neai_outlier(buffer, &is_outlier);
        wrong += memcmp(buffer, signals[i], sizeof buffer) != 0;
        wrong += is_outlier != (expected[i][0] > 1.0f);
    }
    report("wrong", wrong);
    return wrong == 0 ? 0 : 1;
}
