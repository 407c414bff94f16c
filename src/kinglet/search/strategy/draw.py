"""Structures and tails drawn at random, and which of them go together."""

from __future__ import annotations

import numpy as np

from kinglet.pipeline import Use
from kinglet.pipeline.spec import Chain
from kinglet.record import ANOMALY, EXTRAPOLATION, Learner, models, selectors, steps
from kinglet.search.blocks import draw_branches, draw_step, fitting, raw
from kinglet.search.space import MOST_JOINED, Space
from kinglet.search.strategy.structure import Structure, Tail, counts_of
from kinglet.signals import Augmentation
from kinglet.signals import augmentations as possible_augmentations

SELECTORS = ("forward", "tree_importance", "ridge_elimination")
_DRAWS = 50
_VARIANTS = 2  # of each tail that is drawn
_FEW = 32  # features of a model whose memory grows with them, at most
_AUGMENTED = 0.05  # share of the structures with an augmentation, where there may be one
# Those that paid on some of ten public sensor sets, by blocks of their training files or under
# stress: a little, and on others they cost more. Coloured noise did no better than jitter.
_PAYING: tuple[Augmentation, ...] = ("jitter", "scaling", "shift", "rotation")
_PROVED = 0.5  # share of the structures for extrapolation that draw on a pool of the portfolio


def augmentations(space: Space) -> list[Augmentation]:
    """Augmentations that a search may try; none where a model learns on the device."""
    if any(isinstance(models()[name], Learner) for name in space.models):
        return []
    possible = possible_augmentations(space.shape.length, space.shape.axes)
    return [kind for kind in possible if kind in _PAYING]


class Drawer:
    """Draws from a space.

    Parameters
    ----------
    space : Space
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        kinds = [models()[name] for name in space.models]
        self._learns = any(isinstance(model, Learner) for model in kinds)
        self._plain = Structure(
            branches=fitting(raw(space.shape), space.shape),
            scale=Use.of(steps()[self._scale_name()]),
            selector="all_features",
        )

    def structure(self, family: str, rng: np.random.Generator) -> Structure:
        """A random structure for a family of models."""
        if self._of_values(family):
            return self._plain
        selector = str(rng.choice((*SELECTORS, "all_features") if self._learns else SELECTORS))
        settings = selectors()[selector].draw(rng)
        settings.pop("count", None)
        scale = draw_step(self._scale_name(), rng)
        kinds, kind = augmentations(self.space), None
        if kinds and rng.random() < _AUGMENTED:
            kind = kinds[int(rng.integers(len(kinds)))]
        branches = self._branches(rng)
        return Structure(branches, scale, selector, tuple(settings.items()), augmentation=kind)

    def tail(self, structure: Structure, family: str, rng: np.random.Generator) -> Tail | None:
        """A random tail of a family, None where none goes with the structure."""
        model = models()[family]
        use = Use.of(model, **model.draw(rng))
        counts = self.counts(structure, use)
        return Tail(counts[int(rng.integers(len(counts)))], use) if counts else None

    def variants(self, tail: Tail, rng: np.random.Generator) -> list[Tail]:
        """Tails that share the costly part of a fit with another: next to nothing to try."""
        model = models()[tail.model.name]
        cheap = [parameter for parameter in model.parameters if parameter.cheap]
        found = []
        for _ in range(_VARIANTS if cheap else 0):
            settings = tail.model.settings | {each.name: each.draw(rng) for each in cheap}
            found.append(Tail(tail.count, Use.of(model, **settings)))
        return found

    def counts(self, structure: Structure, use: Use) -> list[int | None]:
        """How many features may be kept for a model, ascending; [None] where all are kept."""
        joined = structure.joined(self.space.shape)
        if joined is None:
            return []
        choices = counts_of(structure.selector)
        # One count that takes all of a small pool is enough.
        enough = min((c for c in choices if c >= joined), default=None)
        kept: list[int | None] = [c for c in choices if enough is None or c <= enough]
        return [count for count in kept or [None] if self._accepts(use, count, joined)]

    def takes(self, structure: Structure, tail: Tail) -> bool:
        """Whether a tail goes with a structure."""
        return self.serves(structure, tail.model.name) and tail.count in self.counts(
            structure, tail.model
        )

    def serves(self, structure: Structure, family: str) -> bool:
        """Whether a family of models goes with a structure."""
        return not self._of_values(family) or structure == self._plain

    def fits(self, structure: Structure, most: int = MOST_JOINED) -> bool:
        """Whether a structure takes the signals and its features are few enough to choose from."""
        joined = structure.joined(self.space.shape)
        return joined is not None and 0 < joined <= most

    def _scale_name(self) -> str:
        return "bound" if self.space.task == ANOMALY else "scale"

    def _of_values(self, family: str) -> bool:
        """Whether a family is meant for the plain values of a stream."""
        model = models()[family]
        return self.space.shape.is_sample and isinstance(model, Learner) and model.of_values

    def _accepts(self, use: Use, count: int | None, joined: int) -> bool:
        model = models()[use.name]
        if not isinstance(model, Learner):
            return True
        inputs = joined if count is None else min(count, joined)
        few = count is None or count <= _FEW
        return few and model.accepts(use.settings, inputs)

    def _branches(self, rng: np.random.Generator) -> tuple[Chain, ...]:
        """A random pool; for extrapolation one of the portfolio, or the signal's course beside it.

        A number hangs on few features, which a small random pool seldom holds.
        """
        space, always = self.space, []
        if space.task == EXTRAPOLATION:
            if space.portfolio and rng.random() < _PROVED:
                return space.portfolio[int(rng.integers(len(space.portfolio)))].branches
            always = raw(space.shape)
        for _ in range(_DRAWS):
            drawn = always + draw_branches(space.task, space.shape, rng)
            branches = fitting(drawn, space.shape)
            if self.fits(Structure(branches, self._plain.scale, "all_features")):
                return branches
        return self._plain.branches
