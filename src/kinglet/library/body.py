"""The C of one inference: constants, memory, and the calls in the order of the plan."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

import numpy as np

from kinglet.ccode import Tables, block_constant
from kinglet.pipeline import Plan


@dataclass
class _Constants:
    """Shapes and blocks of one C file, each content written once."""

    tables: Tables = field(default_factory=Tables)
    shapes: dict[tuple[int, ...], str] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)

    def shape(self, length: int, axes: int, planar: bool) -> str:
        steps = (1, length) if planar else (axes, 1)
        return self.shapes.setdefault(
            (length, axes, *steps), f"neai_shape_{len(self.shapes)}"
        )

    def block(self, record: object, values: dict) -> str:  # type: ignore[type-arg]
        text = block_constant("NAME", record, values, self.tables)  # type: ignore[arg-type]
        return self.blocks.setdefault(text, f"neai_block_{len(self.blocks)}")

    def text(self) -> str:
        shapes = [
            f"static const kn_shape {name} = {{{', '.join(f'{value}u' for value in shape)}}};"
            for shape, name in self.shapes.items()
        ]
        blocks = [text.replace(" NAME = ", f" {name} = ") for text, name in self.blocks.items()]
        return "\n\n".join(filter(None, [self.tables.text(), "\n".join(shapes), *blocks]))


def body(plan: Plan) -> str:
    """Constants, arena and the function ``neai_run(in, out)`` of a plan, in C."""
    constants = _Constants()
    calls = []
    for node in plan.nodes:
        wanted = constants.tables.add("uint16_t", np.asarray(node.wanted), "wanted")
        source = "in" if node.source < 0 else _arena(plan.nodes[node.source].offset)
        calls.append(
            f"kn_{node.step.name}(&{constants.block(node.step, node.block())}, "
            f"&{constants.shape(*node.shape, planar=node.planar)}, {source}, "
            f"{wanted}, {len(node.wanted)}u, {_arena(node.offset)}, {_arena(node.scratch_offset)});"
        )
    scale = constants.block(plan.scale, plan.scale_block())
    vector = constants.shape(plan.n_features, 1, planar=False)
    calls.append(
        f"kn_{plan.scale.name}(&{scale}, &{vector}, neai_arena, NULL, 0u, neai_arena, NULL);"
    )
    model = constants.block(plan.model, plan.model.block(plan.model_config, plan.model_fit))
    calls.append(
        f"kn_{plan.model.name}(&{model}, neai_arena, out, {_arena(plan.model_scratch_offset)});"
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
