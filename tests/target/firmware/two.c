/* Two libraries in one firmware, both headers in one file. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "NanoEdgeAI_left.h"
#include "NanoEdgeAI_right.h"

extern uint8_t _sneai_knowledge[], _eneai_knowledge[];

static float left[NEAI_INPUT_SIGNAL_LENGTH_LEFT * NEAI_INPUT_AXIS_NUMBER_LEFT];
static float right[NEAI_INPUT_SIGNAL_LENGTH_RIGHT * NEAI_INPUT_AXIS_NUMBER_RIGHT];
static uint8_t copy[1 << 14];

int main(void)
{
    uint8_t similarity;
    uint32_t left_size, right_size;
    uint8_t *const from_left = neai_anomalydetection_get_knowledge_left(&left_size);
    uint8_t *const from_right = neai_anomalydetection_get_knowledge_right(&right_size);

    if (_eneai_knowledge - _sneai_knowledge != (int)(left_size + right_size) ||
        from_left < _sneai_knowledge || from_left + left_size > _eneai_knowledge ||
        from_right < _sneai_knowledge || from_right + right_size > _eneai_knowledge) {
        return 2;
    }
    neai_anomalydetection_init_left(false);
    memcpy(copy, from_left, left_size);
    if (neai_anomalydetection_learn_right(right) != NEAI_NOT_INITIALIZED) {
        return 3;
    }
    neai_anomalydetection_init_right(true);
    neai_anomalydetection_learn_right(right);
    if (memcmp(copy, from_left, left_size) != 0) {
        return 4;
    }
    if (neai_anomalydetection_detect_left(left, &similarity) != NEAI_LEARNING_IN_PROGRESS ||
        neai_anomalydetection_detect_right(right, &similarity) != NEAI_OK) {
        return 5;
    }
    return strcmp(neai_get_id_left(), neai_get_id_right()) != 0 ? 0 : 6;
}
