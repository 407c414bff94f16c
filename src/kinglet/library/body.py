"""The C of one inference: constants, memory, and the calls in the order of the plan."""

from __future__ import annotations

import textwrap

from kinglet.ccode import Constants
from kinglet.library.learning import learning
from kinglet.pipeline import FittedPipeline, Plan
from kinglet.record import Learner


def body(plan: Plan, fitted: FittedPipeline) -> str:
    """Constants, memory and the functions that the glue of a task calls, in C.

    For a model of the desk that is ``neai_run(in, out)``. For one that learns on the device they
    are ``neai_run(in)``, which leaves the features in the arena, ``neai_take()`` and
    ``neai_judge(&limit)`` over them, and ``neai_remember()``, which takes over what was learned on
    the desk; the memory is then ``neai_knowledge``.
    """
    constants = Constants()
    calls = _feature_calls(plan, constants)
    model = constants.block(plan.model, plan.model_block())
    scratch = _arena(plan.model_scratch_offset)
    if isinstance(plan.model, Learner):
        before, after = learning(plan, plan.model, fitted, model, scratch)
        out = ""
    else:
        needs = plan.model.scratch(plan.model_config, plan.n_features, plan.n_outputs)
        calls.append(
            f"kn_{plan.model.name}({model}, neai_arena, out, {scratch if needs else 'NULL'});"
        )
        before, after, out = "", "", ", float *out"
    lines = "\n".join(_wrapped(line) for call in calls for line in call.split("\n"))
    return f"""{before}/* ---- parameters ---- */

{constants.text()}

/* ---- memory: features first, then buffers that take turns ---- */

static float neai_arena[{max(1, plan.arena)}];

/* ---- one inference ---- */

static void neai_run(const float *in{out})
{{
{lines}
}}
{after}"""


def _feature_calls(plan: Plan, constants: Constants) -> list[str]:
    """Calls of all steps, which leave the scaled features at the start of the arena."""
    calls = []
    for node in plan.nodes:
        if node.step.memory == "history":
            scratch = f"neai_knowledge.history + {node.scratch_offset}"
        elif node.step.scratch(node.config, node.shape):
            scratch = _arena(node.scratch_offset)
        else:
            scratch = "NULL"
        wanted = constants.wanted(node.wanted)
        source = "in" if node.source < 0 else _arena(plan.nodes[node.source].offset)
        calls.append(
            f"/* {node.step.describe(node.config)} of "
            f"{'the input' if node.source < 0 else plan.nodes[node.source].step.title} */\n"
            f"kn_{node.step.name}({constants.block(node.step, node.block())}, "
            f"&{constants.shape(*node.shape, planar=node.planar)}, {source}, "
            f"{wanted}, {len(node.wanted)}u, {_arena(node.offset)}, {scratch});"
        )
    scale = constants.block(plan.scale, plan.scale_block())
    vector = constants.shape(plan.n_features, 1, planar=False)
    calls.append(
        f"kn_{plan.scale.name}({scale}, &{vector}, neai_arena, NULL, 0u, neai_arena, NULL);"
    )
    return calls


def _wrapped(line: str) -> str:
    """Indent a line of C and break it at commas where it is long."""
    pieces = textwrap.wrap(
        line.replace(" + ", "\x1f+\x1f"),
        100,
        initial_indent="    ",
        subsequent_indent=" " * 8,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(pieces).replace("\x1f", " ")


def _arena(offset: int) -> str:
    return f"neai_arena + {offset}" if offset else "neai_arena"
