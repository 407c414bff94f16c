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


_HEADS = ("", "", "", "remove_mean", "detrend", "differences", "modulus", "select_axes")


def draw_branches(task: str, shape: Shape, rng: np.random.Generator) -> list[Chain]:
    """A random pool: a few feature steps with random hyperparameters, some after a signal step."""
    names = [
        step.name
        for step in steps()
        if step.kind == "features" and task in step.tasks and _may_serve(step, task, shape)
    ]
    chains: list[Chain] = []
    count = min(len(names), int(rng.integers(1, 7)))
    for name in rng.choice(names, size=count, replace=False):
        record = steps()[str(name)]
        chain: Chain = (_drawn(record.name, rng),)
        if shape.is_sample:  # a sample of a stream, beside what is remembered of those before
            chains.append(chain)
            continue
        if record.takes == "spectrum":
            chain = (_drawn("rfft", rng), *chain)
        head = str(rng.choice(_HEADS))
        chains.append((_drawn(head, rng), *chain) if head else chain)
    if shape.is_sample:
        return [branch("segment_means", segments=1), *chains]
    return with_modulus(chains, shape) if rng.random() < 0.5 else chains


def _may_serve(step: Step, task: str, shape: Shape) -> bool:
    """Whether a feature step makes sense: learned on the device, nothing is fitted on the desk."""
    if task != ANOMALY:
        return True
    return step.fit_kind == "none" and (step.memory == "history" or not shape.is_sample)


def _drawn(name: str, rng: np.random.Generator) -> Use:
    record = steps()[name]
    return Use.of(record, **record.draw(rng))
