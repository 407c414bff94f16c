"""Pipelines for anomaly detection that are tried first.

Nothing is fitted on the desk but which features are kept, so branches that learn (kernels) are not
among them. The order comes from training files of public sensor sets; no test file took part.
Of signals, the strongest over four sets leads. An order made anew from three of these sets did
no better on the fourth (``python -m benchmarks.search.order``), so the rest is in its old order.
"""

from __future__ import annotations

from kinglet.pipeline import Pipeline, Use
from kinglet.pipeline.spec import Chain, chain_outputs, model, selector, step
from kinglet.record import Shape, models
from kinglet.search import blocks

_FEW_VARIABLES = 4
_MOST_INPUTS = 32  # of the models with a covariance


def portfolio(shape: Shape) -> list[Pipeline]:
    """The portfolio for signals of a shape, without the branches that do not fit it."""
    return _streams(shape) if shape.is_sample else _signals(shape)


def _signals(shape: Shape) -> list[Pipeline]:
    clusters, more = model("micro_clusters"), model("micro_clusters", clusters=8)
    statistics = [blocks.branch("time_statistics")]
    simple = [*statistics, blocks.branch("bands", bands=8)]
    rich = blocks.with_modulus(blocks.rich(), shape)
    union = blocks.with_modulus(blocks.union(), shape)
    whole = [*union, *blocks.time_frequency()]

    def forward(count: int) -> Use:
        return selector("forward", count=count)

    def by_trees(count: int) -> Use:
        return selector("tree_importance", count=count)

    def by_ridge(count: int) -> Use:
        return selector("ridge_elimination", count=count)

    listed: list[tuple[list[Chain], Use, Use]] = [
        (simple, by_ridge(16), more),
        (statistics, selector("all_features"), clusters),
        (rich, forward(16), clusters),
        (simple, by_ridge(24), clusters),
        (whole, by_ridge(12), clusters),
        (simple, by_ridge(16), model("clusters_neighbours")),
        (union, forward(16), clusters),
        (rich, by_ridge(12), clusters),
        (whole, by_ridge(8), clusters),
        (simple, by_ridge(16), model("pooled_clusters")),
        (union, by_ridge(12), clusters),
        (rich, by_trees(16), clusters),
        (simple, by_ridge(12), clusters),
        (whole, forward(8), clusters),
        (rich, forward(16), model("mahalanobis")),
        (simple, by_ridge(16), model("neighbours")),
        (simple, by_ridge(16), model("clusters_mahalanobis")),
        (simple, forward(16), clusters),
        (union, by_trees(16), model("pooled_clusters")),
        (whole, by_ridge(16), model("diagonal_gaussian")),
    ]
    return _built(listed, shape)


def _streams(shape: Shape) -> list[Pipeline]:
    value = blocks.branch("segment_means", segments=1)
    recent = {n: blocks.branch("moving_statistics", window=n) for n in (8, 16, 32, 64)}
    change = blocks.branch("lagged_differences", lag=1)
    later = blocks.branch("lagged_differences", lag=4)
    level = {a: blocks.branch("moving_average", alpha=a) for a in (0.02, 0.1, 0.3)}
    ellipse, pooled = model("mahalanobis"), model("pooled_clusters")
    network, clusters = model("os_elm"), model("micro_clusters", clusters=8)
    near = model("clusters_neighbours")

    def all_or(count: int, branches: list[Chain]) -> Use:
        """All features where they are few enough for any model."""
        if sum(chain_outputs(chain, shape) for chain in branches) <= _MOST_INPUTS:
            return selector("all_features")
        return selector("tree_importance", count=count)

    # Longer memories rank better while an anomaly lasts, and much worse when it is over.
    several: list[tuple[list[Chain], Use]] = [  # memories, where there are few variables
        ([recent[8], recent[32]], clusters),
        ([value, recent[8], level[0.02]], near),
        ([value, change, recent[8], recent[32]], pooled),
        ([value, recent[8], recent[64]], clusters),
        ([value, change, recent[8], recent[32]], near),
        ([value, level[0.3], level[0.02]], near),
        ([later, recent[64]], clusters),
        ([later, recent[64]], ellipse),
    ]
    listed: list[tuple[list[Chain], Use]] = [
        *(several if shape.axes <= _FEW_VARIABLES else []),
        ([recent[16]], clusters),
        ([value, level[0.3]], network),
        ([value, recent[16]], pooled),
        ([value, level[0.1]], ellipse),
        ([value, recent[16]], ellipse),
        ([value, recent[8]], ellipse),
        ([value, level[0.3]], ellipse),
        ([value, recent[8]], network),
        ([change, recent[16]], ellipse),
        ([value, recent[8]], pooled),
        ([recent[16]], model("clusters_mahalanobis")),
        ([change, recent[16]], clusters),
        ([value, recent[32]], ellipse),
        ([change, recent[16]], near),
        ([value], model("evt", gamma=3)),
        ([value], model("evt", gamma=3, vote="collective")),
    ]
    return _built(
        [
            (branches, all_or(16, branches), chosen)
            for branches, chosen in listed
            if chosen.name != "evt" or models()["evt"].accepts(chosen.settings, shape.axes)
        ],
        shape,
    )


def _built(listed: list[tuple[list[Chain], Use, Use]], shape: Shape) -> list[Pipeline]:
    pipelines = []
    for branches, selection, chosen in listed:
        fitting = blocks.fitting(branches, shape) or blocks.fitting(blocks.raw(shape), shape)
        pipelines.append(Pipeline(fitting, step("bound"), selection, chosen))
    return pipelines
