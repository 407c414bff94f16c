/* Firmware that keeps what was learned over a power cut: the knowledge is copied away, the memory
 * is lost, and the copy is put back. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "NanoEdgeAI.h"
#include "signals.h"

#define LEARNING_ITERATIONS 40

#ifdef WITH_SECTION
extern uint8_t _sneai_knowledge[], _eneai_knowledge[];
#endif

static float buffer[LENGTH * AXES];
static uint8_t backup[1 << 14];

void report(const char *words, int value);

/* State of one detection; the similarity is counted as wrong if it is not the expected one. */
static enum neai_state detect(int number, int *wrong)
{
    uint8_t similarity = 0;
    enum neai_state state;
    memcpy(buffer, signals[number], sizeof buffer);
    state = neai_anomalydetection_detect(buffer, &similarity);
    *wrong += similarity != expected[number];
    return state;
}

/* All detections after the backup was put back: the number of wrong ones. */
static int detect_all(void)
{
    int wrong = 0;
    for (int i = LEARNING_ITERATIONS; i < SIGNALS; i++) {
        wrong += detect(i, &wrong) != NEAI_OK;
    }
    return wrong;
}

int main(void)
{
    int ignored = 0;
    uint32_t size;
    uint8_t *knowledge = neai_anomalydetection_get_knowledge(&size);
#ifdef WITH_SECTION
    if (knowledge != _sneai_knowledge || size != (uint32_t)(_eneai_knowledge - _sneai_knowledge)) {
        return 2;
    }
    knowledge = _sneai_knowledge;
    size = (uint32_t)(_eneai_knowledge - _sneai_knowledge);
#endif
    memset(knowledge, 0xA5, size); /* what memory may hold after power-up */
    if (detect(0, &ignored) != NEAI_NOT_INITIALIZED) {
        return 3;
    }
    neai_anomalydetection_init(false);
    for (int i = 0; i < LEARNING_ITERATIONS; i++) {
        memcpy(buffer, signals[i], sizeof buffer);
        neai_anomalydetection_learn(buffer);
    }
    memcpy(backup, knowledge, size);
    if (detect_all() != 0) {
        return 4;
    }
    memset(knowledge, 0xFF, size);
    if (detect(0, &ignored) != NEAI_NOT_INITIALIZED ||
        neai_anomalydetection_learn(buffer) != NEAI_NOT_INITIALIZED) {
        return 5;
    }
    memcpy(knowledge, backup, size);
    if (detect_all() != 0) {
        return 6;
    }
    neai_anomalydetection_init(false);
    if (detect(0, &ignored) != NEAI_LEARNING_IN_PROGRESS) {
        return 7;
    }
    memcpy(knowledge, backup, size);
    if (detect_all() != 0) {
        return 8;
    }
    knowledge[size / 2] ^= 1; /* a copy that aged badly */
    if (detect(0, &ignored) != NEAI_NOT_INITIALIZED) {
        return 9;
    }
    memcpy(knowledge, backup, size);
    memcpy(buffer, signals[0], sizeof buffer);
    if (neai_anomalydetection_learn(buffer) != NEAI_LEARNING_DONE) {
        return 10;
    }
    report("restored", 1);
    return 0;
}
