"""Pipelines known to be good at extrapolation, tried first, in order.

The order comes from nested cross-validation on the training files of three public sensor sets (gas
sensors, battery cells, a fan): whole cells, seasons or stretches of each run were held out, and the
rest was learned. What held up on the worst of them leads: few features and a Gaussian process,
which goes back to the mean target far from what it knows. Products of means are last against that
order, for they are known to go astray beyond the training lines.
"""

from __future__ import annotations

from kinglet.pipeline import Pipeline, Use
from kinglet.pipeline.spec import Chain, model, selector, step
from kinglet.record import Shape
from kinglet.search import blocks


def portfolio(shape: Shape) -> list[Pipeline]:
    """The portfolio for signals of a shape, without the branches that do not fit it.

    Parameters
    ----------
    shape : Shape

    Returns
    -------
    list of Pipeline
    """
    stride = 1 if shape.length <= 1024 else 4
    raw = blocks.raw(shape)  # of few samples none may be lost; of many, their course
    rich = raw + blocks.with_modulus(blocks.rich(), shape)
    union = raw + blocks.with_modulus(blocks.union(), shape)
    statistics = raw + blocks.statistics()
    tf, kernels = blocks.time_frequency(), blocks.kernels(84, stride)
    linear = model("linear_regression", method="ridge_auto")
    process = model("kernel_regression", method="gaussian_process", centres=96)
    mlp, boosted = model("mlp_regression"), model("tree_regression", method="boosted")

    def forward(count: int) -> Use:
        return selector("forward", count=count)

    def by_trees(count: int) -> Use:
        return selector("tree_importance", count=count)

    listed: list[tuple[list[Chain], Use, Use]] = [
        (rich, forward(24), process),
        (union, forward(24), process),
        (statistics, forward(24), process),
        (union, forward(48), linear),
        (union + tf, by_trees(64), mlp),
        (kernels + rich, forward(24), process),
        (kernels + rich, forward(48), linear),
        (union, forward(48), mlp),
        (raw, selector("all_features"), linear),
        (union + tf, by_trees(64), process),
        (statistics, by_trees(24), boosted),
        (union, forward(24), model("prototype_regression")),
        (_products(shape) + rich, forward(24), process),
    ]
    pipelines = []
    for branches, selection, chosen in listed:
        fitting = blocks.fitting(branches, shape) or blocks.fitting(raw, shape)
        pipelines.append(Pipeline(fitting, step("scale"), selection, chosen))
    return pipelines


def _products(shape: Shape) -> list[Chain]:
    """Products of the means of a few segments, of as many as there may be."""
    drawn = [blocks.branch("quadratic", segments=segments) for segments in (4, 2, 1)]
    return list(blocks.fitting(drawn, shape)[:1])
