"""Pipelines for anomaly detection that are tried first.

Nothing is fitted on the desk but which features are kept, so branches that learn (kernels) are not
among them. The order comes from training files of public sensor sets; no test file took part.
"""

from __future__ import annotations

from kinglet.pipeline import Pipeline, Use
from kinglet.pipeline.spec import Chain, model, selector, step
from kinglet.record import Shape
from kinglet.search import blocks


def portfolio(shape: Shape) -> list[Pipeline]:
    """The portfolio for signals of a shape, without the branches that do not fit it."""
    return _streams(shape) if shape.length == 1 else _signals(shape)


def _signals(shape: Shape) -> list[Pipeline]:
    clusters, few, many = (model("micro_clusters", clusters=count) for count in (4, 3, 8))
    statistics = [blocks.branch("time_statistics")]
    spectrum = [blocks.branch("bands", bands=8)]
    both = [*statistics, *spectrum]
    rich = blocks.with_modulus(blocks.rich(), shape)
    union = blocks.with_modulus(blocks.union(), shape)
    everything = selector("all_features")

    def forward(count: int) -> Use:
        return selector("forward", count=count)

    def by_trees(count: int) -> Use:
        return selector("tree_importance", count=count)

    listed: list[tuple[list[Chain], Use, Use]] = [
        (statistics, everything, clusters),
        (both, by_trees(16), clusters),
        (union, by_trees(16), clusters),
        (union, forward(16), clusters),
        (rich, by_trees(24), clusters),
        (rich, by_trees(8), clusters),
        (union, by_trees(8), few),
        (union, forward(32), clusters),
        (spectrum, everything, clusters),
        (union, by_trees(16), many),
    ]
    return _built(listed, shape)


def _streams(shape: Shape) -> list[Pipeline]:
    clusters = model("micro_clusters", clusters=4)
    values = [blocks.branch("segment_means", segments=1)]
    everything = selector("all_features")
    return _built([(values, everything, clusters)], shape)


def _built(listed: list[tuple[list[Chain], Use, Use]], shape: Shape) -> list[Pipeline]:
    pipelines = []
    for branches, selection, chosen in listed:
        fitting = blocks.fitting(branches, shape) or blocks.fitting(blocks.raw(shape), shape)
        pipelines.append(Pipeline(fitting, step("bound"), selection, chosen))
    return pipelines
