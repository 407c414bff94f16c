"""The C of a library that learns on the device: its knowledge, and the functions over it."""

from __future__ import annotations

import textwrap

import numpy as np

from kinglet.ccode import learner_functions, literal
from kinglet.pipeline import FittedPipeline, Plan
from kinglet.record import Learner


def learning(
    plan: Plan, model: Learner, fitted: FittedPipeline, block: str, scratch: str
) -> tuple[str, str]:
    """The knowledge of a library, which comes before its parameters, and the functions over it.

    Parameters
    ----------
    block, scratch : str
        C of the model's parameter block and of its scratch memory.
    """
    knowledge = fitted.knowledge
    assert knowledge is not None
    members = [f"    float state[{plan.state}]; /* what the model remembers */"]
    if plan.history:
        members.append(f"    float history[{plan.history}]; /* the latest samples */")
    size = plan.knowledge_bytes
    if (plan.state + plan.history) % 2 == 0:
        members.append("    uint32_t unused; /* keeps the size a multiple of 8 */")
    lines = "\n".join(members)
    before = f"""{learner_functions(model)}
/* ---- knowledge: all that outlives a call ---- */

typedef struct {{
    kn_knowledge head;
{lines}
    uint32_t crc; /* over all before it */
}} neai_knowledge_type;

KN_KNOWLEDGE_MEMORY(neai_knowledge_type, neai_knowledge, {size});

/* Breaks the build where the compiler gives the type another size. */
typedef char neai_size_is_right[(sizeof(neai_knowledge_type) == {size}u) ? 1 : -1];

"""
    name, state = model.name, "neai_knowledge.state"
    in_turn, given = ("_in_turn", "neai_knowledge.head.learned, ") if plan.stream else ("", "")
    after = f"""
/* Learn the features in the arena. */
static void neai_take(void)
{{
    kn_{name}_take{in_turn}(
        {block}, {state}, &neai_knowledge.head.calibration, neai_arena,
        {given}{scratch});
}}

/* Judge the features in the arena: how far their score lies above the usual one, and the limit up
 * to which that is nominal. */
static float neai_judge(float *limit)
{{
    const float z = kn_{name}_judge(
        {block}, {state}, &neai_knowledge.head.calibration, neai_arena, limit,
        {scratch});
    *limit *= {literal(knowledge.factor)};
    return z;
}}

/* Take over what was learned on the desk. */
static void neai_remember(void)
{{
    static const kn_calibration calibration = {{
{_floats(knowledge.calibration)}
    }};
    static const float state[{plan.state}] = {{
{_floats(knowledge.state)}
    }};
    uint32_t i;
    for (i = 0; i < {plan.state}u; i++) {{
        {state}[i] = state[i];
    }}
    neai_knowledge.head.calibration = calibration;
    neai_knowledge.head.learned = {max(knowledge.learned, knowledge.minimum)}u;
}}
"""
    return before, after


def _floats(values: np.ndarray) -> str:
    words = ", ".join(literal(value) for value in values)
    return textwrap.fill(words, 96, initial_indent=" " * 8, subsequent_indent=" " * 8)
