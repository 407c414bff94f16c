"""Pipelines that may stand in the portfolio, for signals of any shape, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kinglet.pipeline import Pipeline, Use
from kinglet.pipeline.spec import Chain, model, selector, step
from kinglet.record import CLASSIFICATION, Shape
from kinglet.search import blocks
from kinglet.search.portfolio import portfolio_of

# A pipeline is named after what it is for signals of this shape, which all branches take.
_ANY = Shape(256, 3)
_SHORT = 1024  # samples; of longer signals kernels look at every fourth


@dataclass(frozen=True)
class Recipe:
    """A pipeline for signals of any shape.

    Parameters
    ----------
    key : str
        The same in every list and for every shape.
    words : str
        Branches, selection and model, for tables.
    make : callable
        The pipeline for a shape.
    """

    key: str
    words: str
    make: Callable[[Shape], Pipeline]


def listed(task: str) -> list[Recipe]:
    """The portfolio of a project type, in its order."""

    def at(place: int) -> Callable[[Shape], Pipeline]:
        return lambda shape: portfolio_of(task, shape)[place]

    return [_recipe(at(place)) for place in range(len(portfolio_of(task, _ANY)))]


def more(task: str) -> list[Recipe]:
    """Good structures beside the portfolio: other models and counts over four pools."""
    if task != CLASSIFICATION:
        return []
    lda, logistic, mlp = model("lda"), model("logistic"), model("mlp")
    small_rbf, rbf = model("rbf", centres=48), model("rbf", centres=96)
    trees = model("extra_trees")
    tails: list[tuple[str, str, int, Use]] = [
        *(("union_tf", "forward", count, lda) for count in (48, 64, 96)),
        *(("union_tf", "tree_importance", count, mlp) for count in (24, 48, 96)),
        ("union_tf", "tree_importance", 48, small_rbf),
        ("union_tf", "tree_importance", 96, rbf),
        ("union_tf", "tree_importance", 96, logistic),
        *(("union_tf", "tree_importance", count, trees) for count in (24, 48)),
        *(("whole", "forward", count, lda) for count in (24, 64)),
        *(("whole", "forward", count, logistic) for count in (48, 96)),
        *(("whole", "tree_importance", count, mlp) for count in (48, 64, 96)),
        *(("whole", "tree_importance", count, rbf) for count in (64, 96)),
        ("whole", "tree_importance", 48, trees),
        ("whole", "forward", 64, mlp),
        ("whole", "forward", 64, rbf),
        *(("kernels", "ridge_elimination", count, lda) for count in (48, 64)),
        *(("kernels", "ridge_elimination", 96, one) for one in (logistic, mlp)),
        *(("kernels", "tree_importance", 64, one) for one in (mlp, rbf)),
        ("kernels", "forward", 96, lda),
        *(("rich", "forward", count, lda) for count in (24, 48, 64)),
        *(("rich", "tree_importance", count, mlp) for count in (48, 64)),
        *(("rich", "tree_importance", count, rbf) for count in (48, 64)),
        ("rich", "tree_importance", 64, logistic),
        *(("rich", "tree_importance", count, trees) for count in (24, 48)),
    ]

    def maker(pool: str, selection: str, count: int, chosen: Use) -> Callable[[Shape], Pipeline]:
        def make(shape: Shape) -> Pipeline:
            branches = blocks.fitting(_pool(pool, shape), shape)
            branches = branches or blocks.fitting(blocks.raw(shape), shape)
            return Pipeline(branches, step("scale"), selector(selection, count=count), chosen)

        return make

    return [_recipe(maker(*tail)) for tail in tails]


def elite(pipeline: Mapping[str, Any]) -> Recipe:
    """What a search found on one set, from its JSON; branches that do not fit are left out."""
    found = Pipeline.from_json(pipeline)

    def make(shape: Shape) -> Pipeline:
        branches = blocks.fitting(list(found.branches), shape)
        return replace(found, branches=branches or blocks.fitting(blocks.raw(shape), shape))

    return Recipe(found.key(), _words(found), make)


def _recipe(make: Callable[[Shape], Pipeline]) -> Recipe:
    pipeline = make(_ANY)
    return Recipe(pipeline.key(), _words(pipeline), make)


def _words(pipeline: Pipeline) -> str:
    """Short words for tables: how many branches, the selection, the model."""
    names = list(dict.fromkeys(chain[-1].name for chain in pipeline.branches))
    pool = names[0] if len(names) == 1 else f"{len(pipeline.branches)} branches"
    if "kernels" in names and len(names) > 1:
        pool += " with kernels"
    count = pipeline.selection.settings.get("count", "all")
    config = [f"{v:.2g}" if isinstance(v, float) else str(v) for _, v in pipeline.model.config]
    words = " ".join([pipeline.model.name, *config])
    return f"{pool}, {pipeline.selection.name} {count}, {words}"


def _pool(name: str, shape: Shape) -> list[Chain]:
    kernels = blocks.kernels(168, 1 if shape.length <= _SHORT else 4)
    union_tf = blocks.with_modulus(blocks.union(), shape) + blocks.time_frequency()
    return {
        "union_tf": union_tf,
        "whole": union_tf + kernels,
        "kernels": kernels,
        "rich": blocks.with_modulus(blocks.rich(), shape),
    }[name]
