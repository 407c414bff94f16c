"""The C of anomaly detection: public functions, example, emulator, harness."""

from __future__ import annotations

from kinglet.ccode import Names
from kinglet.pipeline import Plan, Trained
from kinglet.record import Learner
from kinglet.tasks.common import emulator_input, identity_functions

PUBLIC = (
    "neai_anomalydetection_init",
    "neai_anomalydetection_learn",
    "neai_anomalydetection_detect",
    "neai_anomalydetection_set_sensitivity",
    "neai_anomalydetection_get_sensitivity",
    "neai_anomalydetection_get_knowledge",
    "neai_get_id",
    "neai_get_input_signal_size",
    "neai_get_axis_number",
)
MEASURED = {
    "neai_anomalydetection_learn": "board_learn",
    "neai_anomalydetection_detect": "board_run",
}
EXPORTS = (
    "emulator_init",
    "emulator_input",
    "emulator_knowledge",
    "emulator_learn",
    "emulator_learned",
    "emulator_run",
    "emulator_score",
    "emulator_sensitivity",
    "emulator_similarity",
)
NOT_INITIALIZED = 2
ANSWERED = (0, 6)  # NEAI_OK, NEAI_LEARNING_IN_PROGRESS


def declarations(names: Names) -> str:
    """Prototypes, a comment above each."""
    name, macro = names.function, names.macro
    init, learn = name("neai_anomalydetection_init"), name("neai_anomalydetection_learn")
    length = f"{macro('NEAI_INPUT_SIGNAL_LENGTH')} * {macro('NEAI_INPUT_AXIS_NUMBER')}"
    return f"""/* All functions: NEAI_NOT_INITIALIZED where there is no whole knowledge of this very
 * library, that is before init (or before firmware has copied a knowledge back), or when a copy was
 * torn.
 * Memory is static: call them from one task only. */

/* Begins with an empty knowledge, or with what was learned on the desk (use_pretrained). Called
 * again it resets everything, sensitivity too.
 * Returns NEAI_OK. */
enum neai_state {init}(bool use_pretrained);

/* Learns one nominal signal; may be called at any time, also between detections.
 *   in  {length} values,
 *       interleaved, axis fastest (x0 y0 z0 x1 y1 z1 ...); left as it is
 * Returns NEAI_LEARNING_IN_PROGRESS until so many signals are learned as
 * {macro("NEAI_MINIMUM_LEARNING")} says, then NEAI_LEARNING_DONE; NEAI_INVALID_PARAM for a NULL
 * pointer or a value that is not finite or whose absolute value is 1e12 or more: nothing is learned
 * then. */
enum neai_state {learn}(float *in);

/* Tells how like the learned signals one is.
 *   in          as above
 *   similarity  written: 0 to 100; 90 and more is nominal
 * Returns NEAI_OK; NEAI_LEARNING_IN_PROGRESS while more signals should be learned (the similarity
 * is 0 before the 13th, after it what can be said so far); NEAI_INVALID_PARAM as above: nothing is
 * written then. */
enum neai_state {name("neai_anomalydetection_detect")}(float *in, uint8_t *similarity);

/* Makes detection more (above 1) or less (below 1) sensitive; nothing has to be learned anew. It is
 * part of the knowledge.
 *   sensitivity  above 0, up to 100; 1 after init
 * Returns NEAI_OK; NEAI_INVALID_PARAM for another value: nothing changes then. */
enum neai_state {name("neai_anomalydetection_set_sensitivity")}(float sensitivity);

/* The sensitivity; 0 where there is no knowledge. */
float {name("neai_anomalydetection_get_sensitivity")}(void);

/* Where the knowledge lies, to be copied to flash and back; it is in the section .neai too. A copy
 * put back counts at once, without init. One taken while a function of the library runs is refused.
 *   size  written: bytes, a multiple of 8; may be NULL */
void *{name("neai_anomalydetection_get_knowledge")}(uint32_t *size);

/* The identity of this library, equal to {macro("NEAI_ID")}. */
char *{name("neai_get_id")}(void);

/* Samples per axis of one signal. */
int {name("neai_get_input_signal_size")}(void);

/* Axes of one signal. */
int {name("neai_get_axis_number")}(void);
"""


def glue(plan: Plan | None, fitted: Trained, names: Names) -> str:
    """Public functions."""
    assert plan is not None and isinstance(plan.model, Learner)
    assert fitted.knowledge is not None
    name, identity = names.function, names.macro("NEAI_ID")
    minimum = f"{fitted.knowledge.minimum}u"  # not the macro: it is part of what makes the identity
    values = fitted.shape.length * fitted.shape.axes
    # Only where detections are remembered do they change the knowledge.
    remembers = plan.history > 0 or plan.model.votes
    opened = "    kn_knowledge_open(&neai_knowledge.head);\n" if remembers else ""
    closed = (
        "    kn_knowledge_close(&neai_knowledge.head, (uint32_t)sizeof(neai_knowledge));\n"
        if remembers
        else ""
    )
    return f"""/* ---- public functions ---- */

static int neai_is_ready(void)
{{
    return kn_knowledge_is_whole(&neai_knowledge.head, {identity},
                                 (uint32_t)sizeof(neai_knowledge));
}}

static int neai_has_enough(void)
{{
    return neai_knowledge.head.learned >= neai_knowledge.head.minimum;
}}

enum neai_state {name("neai_anomalydetection_init")}(bool use_pretrained)
{{
    kn_knowledge_clear(&neai_knowledge.head, {identity}, {minimum},
                       (uint32_t)sizeof(neai_knowledge));
    if (use_pretrained) {{
        neai_remember();
    }}
    kn_knowledge_close(&neai_knowledge.head, (uint32_t)sizeof(neai_knowledge));
    return NEAI_OK;
}}

enum neai_state {name("neai_anomalydetection_learn")}(float *in)
{{
    if (neai_is_ready() == 0) {{
        return NEAI_NOT_INITIALIZED;
    }}
    if ((in == NULL) || (kn_is_valid(in, {values}u) == 0)) {{
        return NEAI_INVALID_PARAM;
    }}
    kn_knowledge_open(&neai_knowledge.head);
    neai_run(in);
    neai_take();
    if (neai_knowledge.head.learned < UINT32_MAX) {{
        neai_knowledge.head.learned++;
    }}
    kn_knowledge_close(&neai_knowledge.head, (uint32_t)sizeof(neai_knowledge));
    return neai_has_enough() ? NEAI_LEARNING_DONE : NEAI_LEARNING_IN_PROGRESS;
}}

/* Detection, and z beside the similarity made from it. */
static enum neai_state neai_assess(const float *in, uint8_t *similarity, float *z)
{{
    float limit;
    if (neai_is_ready() == 0) {{
        return NEAI_NOT_INITIALIZED;
    }}
    if ((in == NULL) || (similarity == NULL) || (kn_is_valid(in, {values}u) == 0)) {{
        return NEAI_INVALID_PARAM;
    }}
{opened}    neai_run(in);
    *z = 0.0f;
    *similarity = 0u;
    if (neai_knowledge.head.learned >= KN_FIRST_SIMILARITY) {{
        *z = neai_judge(&limit);
        *similarity = kn_similarity(*z, limit, neai_knowledge.head.sensitivity);
    }}
{closed}    return neai_has_enough() ? NEAI_OK : NEAI_LEARNING_IN_PROGRESS;
}}

enum neai_state {name("neai_anomalydetection_detect")}(float *in, uint8_t *similarity)
{{
    float z;
    return neai_assess(in, similarity, &z);
}}

enum neai_state {name("neai_anomalydetection_set_sensitivity")}(float sensitivity)
{{
    if (neai_is_ready() == 0) {{
        return NEAI_NOT_INITIALIZED;
    }}
    if (!((sensitivity > 0.0f) && (sensitivity <= 100.0f))) {{
        return NEAI_INVALID_PARAM;
    }}
    kn_knowledge_open(&neai_knowledge.head);
    neai_knowledge.head.sensitivity = sensitivity;
    kn_knowledge_close(&neai_knowledge.head, (uint32_t)sizeof(neai_knowledge));
    return NEAI_OK;
}}

float {name("neai_anomalydetection_get_sensitivity")}(void)
{{
    return (neai_is_ready() == 0) ? 0.0f : neai_knowledge.head.sensitivity;
}}

void *{name("neai_anomalydetection_get_knowledge")}(uint32_t *size)
{{
    if (size != NULL) {{
        *size = (uint32_t)sizeof(neai_knowledge);
    }}
    return &neai_knowledge;
}}

{identity_functions(names)}"""


def example(names: Names) -> str:
    """Learn, then detect with a vote of 3 in 5."""
    name, macro = names.function, names.macro
    return f"""/* How to use the library: learn on the spot, then detect, with a vote against false
 * alarms.
 * SPDX-License-Identifier: MIT-0
 */
#include "{names.header}"

#define VOTE_OF 5      /* detections that are looked at together */
#define VOTE_ALARM 3   /* so many anomalous ones among them raise the alarm */
#define NOMINAL 90     /* similarity from which a signal is nominal */

static float signal_buffer[{macro("NEAI_INPUT_SIGNAL_LENGTH")} * {macro("NEAI_INPUT_AXIS_NUMBER")}];

/* Yours to write: fill the buffer from the sensor, axis fastest (x0 y0 z0 x1 y1 z1 ...). */
extern void read_signal(float *buffer);
/* Yours to write: what to do with the answer of each signal, and with an alarm. */
extern void on_similarity(uint8_t similarity);
extern void on_alarm(void);

int main(void)
{{
    uint8_t anomalous[VOTE_OF] = {{0}};
    uint8_t similarity = 0;
    unsigned next = 0, votes = 0;

    /* Learn while the machine runs as it should, in all its regimes. */
    (void){name("neai_anomalydetection_init")}(false);
    do {{
        read_signal(signal_buffer);
    }} while ({name("neai_anomalydetection_learn")}(signal_buffer) != NEAI_LEARNING_DONE);

    for (;;) {{
        read_signal(signal_buffer);
        if ({name("neai_anomalydetection_detect")}(signal_buffer, &similarity) != NEAI_OK) {{
            continue;
        }}
        on_similarity(similarity);
        votes -= anomalous[next];
        anomalous[next] = (similarity < NOMINAL) ? 1u : 0u;
        votes += anomalous[next];
        next = (next + 1u) % VOTE_OF;
        if (votes >= VOTE_ALARM) {{
            on_alarm();
        }}
    }}
}}
"""


def emulator(fitted: Trained, names: Names) -> str:
    """Entry points of the WebAssembly module."""
    name = names.function
    return f"""{emulator_input(fitted)}
static uint8_t emulator_answer;
static float emulator_z;

int emulator_init(int use_pretrained)
{{
    return (int){name("neai_anomalydetection_init")}(use_pretrained != 0);
}}

int emulator_learn(void)
{{
    return (int){name("neai_anomalydetection_learn")}(emulator_in);
}}

int emulator_run(void)
{{
    return (int)neai_assess(emulator_in, &emulator_answer, &emulator_z);
}}

int emulator_similarity(void)
{{
    return (int)emulator_answer;
}}

float emulator_score(void)
{{
    return emulator_z;
}}

int emulator_sensitivity(float sensitivity)
{{
    return (int){name("neai_anomalydetection_set_sensitivity")}(sensitivity);
}}

int emulator_learned(void)
{{
    const uint32_t learned = neai_is_ready() ? neai_knowledge.head.learned : 0u;
    return (int)((learned < 0x7FFFFFFFu) ? learned : 0x7FFFFFFFu);
}}

void *emulator_knowledge(void)
{{
    return {name("neai_anomalydetection_get_knowledge")}(NULL);
}}
"""


def harness(fitted: Trained, names: Names) -> str:
    """C that the emulated core runs: learn or detect, similarity and state side by side."""
    name = names.function
    values = fitted.shape.length * fitted.shape.axes
    return f"""#include "{names.header}"
float board_input[{values}];
struct {{
    uint32_t similarity;
    int32_t state;
}} board_output;
int board_init(void) {{ return (int){name("neai_anomalydetection_init")}(true); }}
int board_empty(void) {{ return (int){name("neai_anomalydetection_init")}(false); }}
int board_learn(void)
{{
    board_output.similarity = 0;
    board_output.state = (int32_t){name("neai_anomalydetection_learn")}(board_input);
    return board_output.state;
}}
int board_run(void)
{{
    uint8_t similarity = 0;
    board_output.state = (int32_t){name("neai_anomalydetection_detect")}(board_input, &similarity);
    board_output.similarity = similarity;
    return board_output.state;
}}
"""
