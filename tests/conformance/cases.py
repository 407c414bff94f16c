"""Shapes, configurations and signals that the conformance suite feeds to every step and model."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from kinglet.host import run_step
from kinglet.record import Shape, Step

LENGTHS = (1, 2, 3, 4, 8, 16, 32, 33, 64, 128, 256, 512, 1024, 2048, 4096, 8192)


@dataclass(frozen=True)
class Case:
    """One step with everything it needs."""

    step: Step
    config: dict
    shape: Shape
    fitted: dict
    seed: int

    def outputs(self) -> int:
        return self.step.outputs(self.config, self.shape)

    def input_shape(self, n: int) -> tuple[int, ...]:
        if self.step.kind == "vector":
            return (n, self.shape.length)
        return (n, self.shape.length, self.shape.axes)

    def signals(self, n: int = 4, scale: float = 1.0) -> np.ndarray:
        """Walks, tones and noise of several sizes: float32, as the step takes them.

        For a step with memory a stream of forty times as many, so that its history fills.
        """
        rng = np.random.default_rng(self.seed)
        if self.step.memory == "history":
            n *= 40
        shape = self.input_shape(n)
        time = np.arange(shape[1]).reshape((1, -1) + (1,) * (len(shape) - 2))
        tone = np.sin(time * rng.uniform(0.01, 3.0, size=(n,) + (1,) * (len(shape) - 1)))
        x = rng.normal(size=shape) * rng.uniform(0.2, 2.0) + tone * rng.uniform(0, 3)
        x = x + rng.normal(size=(1,) * (len(shape) - 1) + shape[-1:]) * rng.integers(0, 3)
        if self.step.takes == "spectrum":
            x = x**2
        if self.step.memory == "history" and self.seed % 2:
            x = np.cumsum(x, axis=0)
        return (scale * x).astype(np.float32)

    def run(self, values: np.ndarray, **keywords) -> np.ndarray:
        return run_step(self.step, self.config, self.shape, self.fitted, values, **keywords)

    def by_output(self, flat: np.ndarray) -> np.ndarray:
        """Shape (n, outputs, values of an output)."""
        return flat.reshape(len(flat), -1, flat.shape[1] // max(1, self._count(flat)))

    def _count(self, flat: np.ndarray) -> int:
        if self.step.kind == "signal":
            return flat.shape[1] // self.step.output(self.config, self.shape).length
        return flat.shape[1]


def make_case(step: Step, shape: Shape, seed: int) -> Case | None:
    """A random configuration of a step for a shape, fitted; None where the step refuses it."""
    rng = np.random.default_rng(seed)
    config = step.complete(step.draw(rng) if seed else {})
    if not step.accepts(config, shape):
        return None
    case = Case(step, config, shape, {}, seed)
    if step.fit_kind == "none":
        return case
    fitted = step.fit(config, shape, case.signals(24), None, rng)
    return Case(step, config, shape, fitted, seed)


@st.composite
def cases(draw, step: Step) -> Case | None:
    """Any shape within the bounds of a library, any configuration."""
    length = 1 if step.memory == "history" else draw(st.sampled_from(LENGTHS))
    axes = 1 if step.kind == "vector" else draw(st.integers(1, min(16, 16383 // length)))
    return make_case(step, Shape(length, axes), draw(st.integers(0, 2**20)))


USUAL_SHAPES = (Shape(64, 6), Shape(256, 3), Shape(1024, 1), Shape(16, 8))


def fitting_shapes(step: Step, shapes: tuple[Shape, ...]) -> list[Shape]:
    """So many shapes that a step takes: vectors have one axis, streams one sample a line."""
    if step.kind == "vector":
        return [Shape(48 + 48 * (number % 2), 1) for number in range(len(shapes))]
    return [Shape(1, shape.axes) if step.memory == "history" else shape for shape in shapes]


def usual_cases(step: Step) -> list[Case]:
    """The default and a few drawn configurations on usual shapes."""
    shapes = fitting_shapes(step, USUAL_SHAPES)
    made = [make_case(step, shape, seed) for shape in shapes for seed in (0, 1, 2)]
    return [case for case in made if case is not None]
