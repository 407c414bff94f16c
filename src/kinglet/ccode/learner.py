"""The C around a model that learns: test, then train; and the judgement of a new signal."""

from __future__ import annotations

from kinglet.record import Learner

_LOGARITHMIC = """
/* Learn one signal: it is scored first, by what was learned before it. */
KN_STEP void kn_{name}_take(const kn_{name}_block *block, float *state,
                            kn_calibration *calibration, const float *in, float *scratch)
{{
    if (state[0] >= {warm_up:.1f}f) {{
        kn_calibrate(calibration, kn_{name}_score(block, state, in, scratch), block->horizon);
    }}
    kn_{name}_learn(block, state, in, scratch);
}}

/* Learn or score one sample of a stream, in turn; given is the number of samples before it. */
KN_STEP void kn_{name}_take_in_turn(const kn_{name}_block *block, float *state,
                                    kn_calibration *calibration, const float *in, uint32_t given,
                                    float *scratch)
{{
    if ((state[0] < {warm_up:.1f}f) || (kn_is_learned_in_turn(given) != 0)) {{
        kn_{name}_learn(block, state, in, scratch);
    }} else {{
        kn_calibrate(calibration, kn_{name}_score(block, state, in, scratch), block->horizon);
    }}
}}

/* How far the score of a signal lies above the usual one, and the limit for what is nominal. */
KN_STEP float kn_{name}_judge(const kn_{name}_block *block, {const}float *state,
                              const kn_calibration *calibration, const float *in, float *limit,
                              float *scratch)
{{
    const float score = kn_{name}_score(block, state, in, scratch);
    return kn_judge(calibration, {voted}, limit);
}}
"""

_CALIBRATED = """
/* Learn one signal. */
KN_STEP void kn_{name}_take(const kn_{name}_block *block, float *state,
                            kn_calibration *calibration, const float *in, float *scratch)
{{
    (void)calibration;
    kn_{name}_learn(block, state, in, scratch);
}}

/* Learn one sample of a stream: what needs no calibration learns them all. */
KN_STEP void kn_{name}_take_in_turn(const kn_{name}_block *block, float *state,
                                    kn_calibration *calibration, const float *in, uint32_t given,
                                    float *scratch)
{{
    (void)given;
    kn_{name}_take(block, state, calibration, in, scratch);
}}

/* Score of a signal as a share of the limit for what is nominal. */
KN_STEP float kn_{name}_judge(const kn_{name}_block *block, {const}float *state,
                              const kn_calibration *calibration, const float *in, float *limit,
                              float *scratch)
{{
    const float score = kn_{name}_score(block, state, in, scratch);
    (void)calibration;
    *limit = 1.0f;
    return {voted};
}}
"""


def learner_functions(record: Learner) -> str:
    """C of ``kn_NAME_take``, ``_take_in_turn`` and ``_judge``, the same on host and device."""
    template = _CALIBRATED if record.calibrated else _LOGARITHMIC
    return template.format(
        name=record.name,
        warm_up=record.warm_up,
        const="" if record.votes else "const ",
        voted=f"kn_{record.name}_vote(block, state, score)" if record.votes else "score",
    )
