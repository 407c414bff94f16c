/* Firmware as people write it for the version 5 anomaly detection API: so many learns in a loop,
 * detections for ever, return codes ignored or in any integer, an alarm by hand. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "NanoEdgeAI.h"
#include "signals.h"

#define LEARNING_ITERATIONS 40
#define THRESHOLD 90

typedef struct {
    float axis[NEAI_INPUT_AXIS_NUMBER];
} sample_t;

_Static_assert(NEAI_INPUT_SIGNAL_LENGTH == LENGTH, "length of the buffer");
_Static_assert(NEAI_INPUT_AXIS_NUMBER == AXES, "axes of the sensor");

static sample_t buffer[NEAI_INPUT_SIGNAL_LENGTH];
static int position;

void report(const char *words, int value);

/* The sensor: false where the recording ends. */
static bool fill_buffer(void)
{
    if (position == SIGNALS) {
        return false;
    }
    memcpy(buffer, signals[position++], sizeof buffer);
    return true;
}

int main(void)
{
    uint8_t similarity = 0;
    uint8_t state;
    int code, wrong = 0, in_a_row = 0, alarms = 0;

    if (strcmp(neai_get_id(), NEAI_ID) != 0) {
        return 2;
    }
    neai_anomalydetection_init(false);
    for (int i = 0; i < LEARNING_ITERATIONS; i++) {
        fill_buffer();
        neai_anomalydetection_learn((float *)buffer);
    }
    while (fill_buffer()) {
        neai_anomalydetection_detect((float *)buffer, &similarity);
        wrong += similarity != expected[position - 1];
        in_a_row = similarity < THRESHOLD ? in_a_row + 1 : 0;
        alarms += in_a_row == 3;
    }
    report("alarms", alarms);
    if (memcmp(buffer, signals[SIGNALS - 1], sizeof buffer) != 0) {
        return 3;
    }
    state = neai_anomalydetection_detect(0, &similarity);
    code = neai_anomalydetection_learn((float *)buffer);
    if (state != NEAI_INVALID_PARAM || code != NEAI_LEARNING_DONE) {
        return 4;
    }
    report("wrong", wrong);
    return wrong == 0 && alarms == ALARMS ? 0 : 1;
}
