"""Batch wrappers: for each record an exported function that runs its C over many signals."""

from __future__ import annotations

from kinglet.ccode import fold
from kinglet.record import Record, models, steps

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


def batch_source(of_steps: list[Record], of_models: list[Record]) -> str:
    """C of the given records with a batch wrapper for each."""
    parts = ["#include <stdint.h>", "#include <stddef.h>", fold([*of_steps, *of_models])]
    parts += [_STEP.format(name=record.name) for record in of_steps]
    parts += [_MODEL.format(name=record.name) for record in of_models]
    return "\n".join(parts)


def whole_source() -> str:
    """C of every step and model found."""
    return batch_source(list(steps()), list(models()))
