"""Pipelines known to be good at extrapolation, tried first, in order.

The order comes from cross-validation on training files of three public sensor sets (gas sensors,
battery cells, a fan); no test file took part.
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
    union = blocks.with_modulus(blocks.union(), shape)
    rich = blocks.with_modulus(blocks.rich(), shape)
    tf, kernels = blocks.time_frequency(), blocks.kernels(84, stride)
    linear, mlp = model("linear_regression"), model("mlp_regression")
    radial, trees = model("kernel_regression"), model("tree_regression")

    def forward(count: int) -> Use:
        return selector("forward", count=count)

    def by_trees(count: int) -> Use:
        return selector("tree_importance", count=count)

    def by_ridge(count: int) -> Use:
        return selector("ridge_elimination", count=count)

    listed: list[tuple[list[Chain], Use, Use]] = [
        (blocks.statistics(), forward(24), linear),  # a first answer within a second
        (kernels + rich, by_ridge(48), radial),
        (kernels + rich, by_ridge(48), linear),
        (union + tf, by_trees(64), mlp),
        (blocks.raw(shape), selector("all_features"), linear),
        (blocks.statistics(), by_trees(24), trees),
        (rich, by_trees(24), mlp),
        (union, by_trees(64), trees),
        (union + tf, by_trees(64), radial),
        (kernels, by_ridge(96), linear),
    ]
    pipelines = []
    for branches, selection, chosen in listed:
        fitting = blocks.fitting(branches, shape) or blocks.fitting(blocks.raw(shape), shape)
        pipelines.append(Pipeline(fitting, step("scale"), selection, chosen))
    return pipelines
