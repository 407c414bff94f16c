"""Branches by the name of what they tell, and the pools of branches that pipelines join.

A branch is a chain of signal steps and one feature step. Branches that need more samples or axes
than the signals have are left out, so that every pool fits every shape.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.pipeline.spec import Chain, Use, shapes, step
from kinglet.record import ANOMALY, Shape, Step, steps


def branch(name: str, **config: Any) -> Chain:
    """One feature step, with a windowed power spectrum before it where it needs one."""
    head = (step("rfft"),) if steps()[name].takes == "spectrum" else ()
    return (*head, step(name, **config))


def statistics() -> list[Chain]:
    """What the samples are, whatever their order."""
    return [branch("time_statistics"), branch("quantiles")]


def rich() -> list[Chain]:
    """Statistics, differences, coarse spectrum and autocorrelation."""
    differences = (step("differences"), *branch("time_statistics"))
    return [*statistics(), differences, branch("bands", bands=16), branch("autocorrelation")]


def union() -> list[Chain]:
    """The rich features, shape of the spectrum, course over time, relations of the axes."""
    return [
        *rich(),
        branch("spectral_shape"),
        branch("segment_means"),
        branch("segment_spreads"),
        branch("cross_correlation"),
    ]


def time_frequency() -> list[Chain]:
    """How the spectrum changes over the signal."""
    return [branch("stft_map"), branch("mel_cepstra")]


def raw(shape: Shape) -> list[Chain]:
    """The samples of a signal too short for anything else, or means of a few of them."""
    return [branch("segment_means", segments=min(shape.length, 8))]


def kernels(count: int = 84, stride: int = 1) -> list[Chain]:
    """Convolution kernels with four poolings."""
    return [branch("kernels", count=count, stride=stride)]


def with_modulus(branches: list[Chain], shape: Shape) -> list[Chain]:
    """The same branches over the axes and over the length of the vectors that they form.

    Six axes or nine are accelerometer, gyroscope, magnetometer: a vector each.
    """
    if shape.axes < 3:
        return branches
    over = "threes" if shape.axes in (6, 9) else "all"
    lengths = [
        (step("modulus", over=over), *chain)
        for chain in branches
        if chain[-1].name != "cross_correlation"
    ]
    return branches + lengths


def fitting(branches: list[Chain], shape: Shape) -> tuple[Chain, ...]:
    """Branches that take signals of a shape, each once, in order."""
    kept = {chain: None for chain in branches if shapes(chain, shape) is not None}
    return tuple(kept)


# Signal steps that may come before a feature step; often none does.
HEADS = ("remove_mean", "detrend", "differences", "modulus", "select_axes")
_NO_HEAD = 3 / 8


def feature_steps(task: str, shape: Shape) -> list[str]:
    """Names of the feature steps that make sense.

    Where a model learns on the device, nothing is fitted on the desk; single samples of a stream
    are told by what is remembered of those before.
    """
    return [
        step.name
        for step in steps()
        if step.kind == "features" and task in step.tasks and _may_serve(step, task, shape)
    ]


def pools(task: str, shape: Shape) -> list[list[Chain]]:
    """The named pools, of each the branches that serve the task and take signals of the shape."""
    names = set(feature_steps(task, shape))
    stride = 1 if shape.length <= 1024 else 4
    named = [statistics(), rich(), union(), time_frequency(), raw(shape)]
    named += [kernels(count, stride) for count in (84, 168)]
    named += [[branch("bands", bands=bands)] for bands in (32, 64)]
    serving = ([chain for chain in pool if chain[-1].name in names] for pool in named)
    return [list(kept) for pool in serving if (kept := fitting(pool, shape))]


def draw_branches(task: str, shape: Shape, rng: np.random.Generator) -> list[Chain]:
    """A random pool: a few feature steps with random hyperparameters, some after a signal step."""
    names = feature_steps(task, shape)
    count = min(len(names), int(rng.integers(1, 7)))
    drawn = rng.choice(names, size=count, replace=False)
    chains = [draw_chain(str(name), shape, rng) for name in drawn]
    if shape.is_sample:
        return [branch("segment_means", segments=1), *chains]
    return with_modulus(chains, shape) if rng.random() < 0.5 else chains


def draw_chain(name: str, shape: Shape, rng: np.random.Generator) -> Chain:
    """A feature step with random hyperparameters, perhaps after a signal step."""
    record = steps()[name]
    chain: Chain = (draw_step(name, rng),)
    if shape.is_sample:  # a sample of a stream, beside what is remembered of those before
        return chain
    if record.takes == "spectrum":
        chain = (draw_step("rfft", rng), *chain)
    if rng.random() < _NO_HEAD:
        return chain
    return (draw_step(str(rng.choice(HEADS)), rng), *chain)


def draw_step(name: str, rng: np.random.Generator) -> Use:
    """A step with random hyperparameters."""
    record = steps()[name]
    return Use.of(record, **record.draw(rng))


def _may_serve(step: Step, task: str, shape: Shape) -> bool:
    if task != ANOMALY:
        return True
    return step.fit_kind == "none" and (step.memory == "history" or not shape.is_sample)
