/* Firmware as people write it for the version 5 classification API: return codes ignored, the id
 * in an int, the samples in an array of structs that is cast to float *. */
#include <stdint.h>
#include <string.h>

#include "NanoEdgeAI.h"
#include "signals.h"

typedef struct {
    float axis[AXES];
} sample_t;

_Static_assert(NEAI_INPUT_SIGNAL_LENGTH == LENGTH, "length of the buffer");
_Static_assert(NEAI_INPUT_AXIS_NUMBER == AXES, "axes of the sensor");

static sample_t samples[NEAI_INPUT_SIGNAL_LENGTH];
static float probabilities[NEAI_NUMBER_OF_CLASSES];
static float text[NEAI_NUMBER_OF_CLASSES];

void report(const char *words, int value);

int main(void)
{
    int id = -1;
    int wrong = 0;
    uint8_t state;

    state = neai_classification((float *)samples, probabilities, &id);
    if (state != NEAI_NOT_INITIALIZED || id != -1) {
        report("not initialized", state);
        return 2;
    }
    neai_classification_init();
    if (neai_classification(0, probabilities, &id) != NEAI_INVALID_PARAM) {
        return 3;
    }
    if (strcmp(neai_get_id(), NEAI_ID) != 0) {
        return 4;
    }
    if (neai_get_input_signal_size() != NEAI_INPUT_SIGNAL_LENGTH ||
        neai_get_axis_number() != NEAI_INPUT_AXIS_NUMBER ||
        neai_get_number_of_classes() != NEAI_NUMBER_OF_CLASSES) {
        return 5;
    }
    if (strcmp(neai_get_class_name(0), FIRST_CLASS) != 0 || neai_get_class_name(-1) != 0 ||
        neai_get_class_name(NEAI_NUMBER_OF_CLASSES) != 0) {
        return 6;
    }
    for (int i = 0; i < SIGNALS; i++) {
        memcpy(samples, signals[i], sizeof samples);
        neai_classification((float *)samples, probabilities, &id);
        if (memcmp(samples, signals[i], sizeof samples) != 0) {
            return 7;
        }
        memcpy(text, expected[i], sizeof text);
        wrong += memcmp(text, probabilities, sizeof text) != 0;
        wrong += id != expected_id[i];
    }
    report("wrong", wrong);
    return wrong == 0 ? 0 : 1;
}
