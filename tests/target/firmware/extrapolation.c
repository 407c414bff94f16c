/* Firmware as people write it for the version 5 extrapolation API. */
#include <string.h>

#include "NanoEdgeAI.h"
#include "signals.h"

static float buffer[NEAI_INPUT_SIGNAL_LENGTH * NEAI_INPUT_AXIS_NUMBER];

void report(const char *words, int value);

int main(void)
{
    float prediction = -7.0f;
    int wrong = 0;
    int state = neai_extrapolation(buffer, &prediction);

    if (state != NEAI_NOT_INITIALIZED || prediction != -7.0f) {
        report("not initialized", state);
        return 2;
    }
    neai_extrapolation_init();
    if (neai_extrapolation(0, &prediction) != NEAI_INVALID_PARAM ||
        neai_extrapolation(buffer, 0) != NEAI_INVALID_PARAM) {
        return 3;
    }
    if (strcmp(neai_get_id(), NEAI_ID) != 0 || neai_get_input_signal_size() != LENGTH ||
        neai_get_axis_number() != AXES) {
        return 4;
    }
    for (int i = 0; i < SIGNALS; i++) {
        memcpy(buffer, signals[i], sizeof buffer);
        neai_extrapolation(buffer, &prediction);
        wrong += memcmp(buffer, signals[i], sizeof buffer) != 0;
        wrong += memcmp(&prediction, expected[i], sizeof prediction) != 0;
    }
    report("wrong", wrong);
    return wrong == 0 ? 0 : 1;
}
