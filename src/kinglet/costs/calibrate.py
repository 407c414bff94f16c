"""Make the table of cycles: count every step and model on the emulated core.

``python -m kinglet.costs.calibrate`` writes ``cycles.json`` beside this file: for each step and
model the cycles of one operation of its cost formula, the median over a few shapes, with hardware
floats (Cortex-M4F) and without (Cortex-M3), optimised for size and for speed. A model that learns
on the device has two factors: NAME for its score, NAME_learn for learning.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kinglet.costs.calls import Call, LearnerCall, ModelCall, StepCall
from kinglet.costs.harness import run
from kinglet.record import (
    ENDLESS,
    EXTRAPOLATION,
    OUTLIER,
    Learner,
    Model,
    Record,
    Shape,
    Step,
    models,
    steps,
)
from kinglet.toolchain import CORES, Optimise

_CORES = {"hard": "cortex-m4f", "soft": "cortex-m3"}
_SHAPES = (Shape(64, 6), Shape(128, 3), Shape(256, 3), Shape(512, 1))
_MODEL_SHAPES = ((24, 3), (64, 6), (96, 10))
_LEARNER_INPUTS = (3, 8, 16, 32)
_LEARNED = 60  # vectors, enough to fill what a learner fills with the first ones
_WANTED = 32  # outputs of a step
_OPTIMISE: tuple[Optimise, ...] = ("size", "speed")


def step_calls(step: Step, shapes: tuple[Shape, ...], n_signals: int) -> list[StepCall]:
    """A step on a few shapes: in its default form and drawn, with all outputs or some of many.

    A step with memory goes over a stream, since its first call differs.
    """
    calls = []
    with_memory = step.memory == "history"
    for number, shape in enumerate(shapes):
        at = Shape(24 * (number + 1), 1) if step.kind == "vector" else shape
        at = Shape(1, shape.axes) if with_memory else at
        for draw in (False, True):
            rng = np.random.default_rng(number)
            config = step.complete(step.draw(rng) if draw else {})
            if not step.accepts(config, at):
                continue
            size = (24, at.length) if step.kind == "vector" else (24, at.length, at.axes)
            values = np.cumsum(rng.normal(size=size), axis=1).astype(np.float32)
            fitted = step.fit(config, at, values, None, rng)
            # No more outputs than a selection leaves: what they share is shared by fewer then.
            outputs = step.outputs(config, at)
            some = np.arange(outputs)[:: max(3 if draw else 1, outputs // _WANTED)]
            flat = values[: 24 if with_memory else n_signals].reshape(-1, at.length * at.axes)
            wanted = None if step.kind == "vector" else some
            calls.append(StepCall(step, config, fitted, at, flat, wanted))
    return calls


def model_calls(model: Model, shapes: tuple[tuple[int, int], ...], n_lines: int) -> list[ModelCall]:
    """A model fitted on noise around class centres, for a few numbers of inputs and classes.

    Where the model's task knows no classes, their number is that of the clouds.
    """
    calls = []
    for number, (n_inputs, n_clouds) in enumerate(shapes):
        rng = np.random.default_rng(number)
        cloud = np.arange(20 * n_clouds) % n_clouds
        x = rng.normal(size=(n_clouds, n_inputs))[cloud] + rng.normal(size=(len(cloud), n_inputs))
        x = np.clip(x, -5, 5).astype(np.float32)
        y, n_outputs = _target(model.tasks[0], x, cloud)
        config = model.complete(model.draw(rng) if number else {})
        fitted = model.fit(config, x, y, n_outputs, 0)
        calls.append(ModelCall(model, config, fitted, Shape(n_inputs, n_outputs), x[:n_lines]))
    return calls


def _target(task: str, x: np.ndarray, cloud: np.ndarray) -> tuple[np.ndarray, int]:
    """What a model of a task is fitted to, (n,), and the number of its outputs."""
    if task == OUTLIER:
        return np.zeros_like(cloud), 1
    if task == EXTRAPOLATION:
        smooth = np.sin(x[:, 0]) + x.mean(axis=1, dtype=np.float64)
        return (smooth - smooth.mean()) / smooth.std(), 1
    return cloud, int(cloud.max()) + 1


def learner_calls(
    model: Learner,
    inputs: tuple[int, ...],
    n_learned: int,
    n_lines: int,
    *,
    learns: bool,
    horizon: float = ENDLESS,
) -> list[LearnerCall]:
    """A model that learns on the device, for some numbers of inputs: default and drawn.

    The vectors are of three regimes; every tenth is wild.
    """
    calls = []
    for n_inputs in inputs:
        for draw in (False, True):
            rng = np.random.default_rng(n_inputs)
            config = model.complete(model.draw(rng) if draw else {})
            if not model.accepts(config, n_inputs):
                continue
            count = n_learned + n_lines
            regime = rng.integers(3, size=count)
            x = 5 * rng.normal(size=(3, n_inputs))[regime] + rng.normal(size=(count, n_inputs))
            x[4::10] *= 3
            x = x.astype(np.float32)
            fitted = model.prepare(config, n_inputs, horizon)
            before, values = x[:n_learned], x[n_learned:]
            shape = Shape(n_inputs, 1)
            calls.append(LearnerCall(model, config, fitted, shape, values, before, learns))
    return calls


def calls_of(record: Record, *, soft: bool) -> dict[str, Sequence[Call]]:
    """Calls of a record, by the name of the factor that they give."""
    lines = 1 if soft else 2
    if isinstance(record, Step):
        return {record.name: step_calls(record, _SHAPES[2:3] if soft else _SHAPES, lines)}
    if isinstance(record, Model):
        return {record.name: model_calls(record, _MODEL_SHAPES, lines)}
    assert isinstance(record, Learner)
    inputs = _LEARNER_INPUTS[1::2] if soft else _LEARNER_INPUTS
    return {
        f"{record.name}{suffix}": learner_calls(record, inputs, _LEARNED, lines, learns=learns)
        for suffix, learns in (("", False), ("_learn", True))
    }


def cycles_per_operation(calls: Sequence[Call], core: str, optimise: Optimise) -> list[float]:
    """Measured cycles over predicted operations, one ratio a call."""
    _, measured = run(calls, CORES[core], optimise=optimise, measure=True)
    assert measured.cycles is not None
    ratios, start = [], 0
    for call in calls:
        mean = measured.cycles[start : start + len(call.values)].mean()
        ratios.append(float(mean) / call.operations())
        start += len(call.values)
    return ratios


def main() -> None:
    """Count everything and write the table."""
    table: dict[str, dict[str, float]] = {}
    for kind, core in _CORES.items():
        for optimise in _OPTIMISE:
            factors = table.setdefault(f"{kind}-{optimise}", {})
            for record in [*steps(), *models()]:
                for name, calls in calls_of(record, soft=kind == "soft").items():
                    ratios = cycles_per_operation(calls, core, optimise)
                    factors[name] = round(float(np.median(ratios)), 3)
                    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
                    print(f"{kind}-{optimise} {name}: {factors[name]} ({spread})")
                    sys.stdout.flush()
    path = Path(__file__).with_name("cycles.json")
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
