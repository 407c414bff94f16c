"""Batch wrappers: for each record an exported function that runs its C over many signals."""

from __future__ import annotations

from kinglet.ccode import fold, learner_functions
from kinglet.record import Learner, Record, models, steps

_STEP = """
KN_EXPORT void batch_{name}(const kn_{name}_block *block, const kn_shape *shape,
    const float *in, uint32_t in_stride, const uint16_t *wanted, uint32_t wanted_count,
    float *out, uint32_t out_stride, float *scratch, uint32_t count)
{{
    for (uint32_t i = 0; i < count; i++) {{
        kn_{name}(block, shape, in + (size_t)i * in_stride, wanted, wanted_count,
                  out + (size_t)i * out_stride, scratch);
    }}
}}
"""

_MODEL = """
KN_EXPORT void batch_{name}(const kn_{name}_block *block, const float *in, uint32_t in_stride,
    float *out, uint32_t out_stride, float *scratch, uint32_t count)
{{
    for (uint32_t i = 0; i < count; i++) {{
        kn_{name}(block, in + (size_t)i * in_stride, out + (size_t)i * out_stride, scratch);
    }}
}}
"""

_LEARNER = """
KN_EXPORT void batch_{name}_learn(const kn_{name}_block *block, float *state,
    kn_calibration *calibration, const float *in, uint32_t in_stride, float *scratch,
    uint32_t count, uint32_t stream, uint32_t given)
{{
    for (uint32_t i = 0; i < count; i++) {{
        const float *x = in + (size_t)i * in_stride;
        if (stream) {{
            kn_{name}_take_in_turn(block, state, calibration, x, given + i, scratch);
        }} else {{
            kn_{name}_take(block, state, calibration, x, scratch);
        }}
    }}
}}

KN_EXPORT void batch_{name}_judge(const kn_{name}_block *block, float *state,
    kn_calibration *calibration, const float *in, uint32_t in_stride, float *scratch,
    uint32_t count, float *out)
{{
    for (uint32_t i = 0; i < count; i++) {{
        out[2 * i] = kn_{name}_judge(block, state, calibration, in + (size_t)i * in_stride,
                                     out + 2 * (size_t)i + 1, scratch);
    }}
}}
"""


def batch_source(of_steps: list[Record], of_models: list[Record]) -> str:
    """C of the given records with a batch wrapper for each."""
    parts = [
        "#include <stdint.h>",
        "#include <stddef.h>",
        fold([*of_steps, *of_models], ["calibration.h"]),
    ]
    parts += [_STEP.format(name=record.name) for record in of_steps]
    for record in of_models:
        if isinstance(record, Learner):
            parts += [learner_functions(record), _LEARNER.format(name=record.name)]
        else:
            parts.append(_MODEL.format(name=record.name))
    return "\n".join(parts)


def whole_source() -> str:
    """C of every step and model found."""
    return batch_source(list(steps()), list(models()))
