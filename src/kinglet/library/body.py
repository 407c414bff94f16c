"""The C of one inference: constants, memory, and the calls in the order of the plan."""

from __future__ import annotations

import textwrap

from kinglet.ccode import Constants
from kinglet.pipeline import Plan


def body(plan: Plan) -> str:
    """Constants, arena and the function ``neai_run(in, out)`` of a plan, in C."""
    constants = Constants()
    calls = []
    for node in plan.nodes:
        wanted = constants.wanted(node.wanted)
        source = "in" if node.source < 0 else _arena(plan.nodes[node.source].offset)
        calls.append(
            f"kn_{node.step.name}({constants.block(node.step, node.block())}, "
            f"&{constants.shape(*node.shape, planar=node.planar)}, {source}, "
            f"{wanted}, {len(node.wanted)}u, {_arena(node.offset)}, {_arena(node.scratch_offset)});"
        )
    scale = constants.block(plan.scale, plan.scale_block())
    vector = constants.shape(plan.n_features, 1, planar=False)
    calls.append(
        f"kn_{plan.scale.name}({scale}, &{vector}, neai_arena, NULL, 0u, neai_arena, NULL);"
    )
    model = constants.block(plan.model, plan.model_block())
    calls.append(
        f"kn_{plan.model.name}({model}, neai_arena, out, {_arena(plan.model_scratch_offset)});"
    )
    lines = "\n".join(
        textwrap.fill(call, 100, initial_indent="    ", subsequent_indent=" " * 8) for call in calls
    )
    return f"""/* ---- parameters ---- */

{constants.text()}

/* ---- memory: features first, then buffers that take turns ---- */

static float neai_arena[{max(1, plan.arena)}];

/* ---- one inference ---- */

static void neai_run(const float *in, float *out)
{{
{lines}
}}
"""


def _arena(offset: int) -> str:
    return f"neai_arena + {offset}" if offset else "neai_arena"
