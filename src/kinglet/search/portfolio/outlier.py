"""Pipelines known to be good at 1-class classification, tried first, in order.

Imitated outliers help to select the features; nothing else is fitted to them. The order comes from
training files of public sensor sets, each class in turn the normal one; no test file took part.
"""

from __future__ import annotations

from kinglet.pipeline import Pipeline, Use
from kinglet.pipeline.spec import Chain, model, selector, step
from kinglet.record import Shape
from kinglet.search import blocks


def portfolio(shape: Shape) -> list[Pipeline]:
    """The portfolio for signals of a shape, without the branches that do not fit it."""
    near, ellipse = model("coreset_distance"), model("elliptic_envelope", shrinkage=0.05)
    mixture, clusters = model("gaussian_mixture"), model("cluster_distance")
    plain = model("coreset_distance", points=64, nearest=1, space="plain")
    support = model("one_class_svm", centres=64)
    rich, union = blocks.rich(), blocks.union()
    lengths = blocks.with_modulus(rich, shape)
    simple = [blocks.branch("time_statistics"), blocks.branch("bands", bands=16)]
    bands_16, bands_32 = simple[1:], [blocks.branch("bands", bands=32)]

    def by_trees(count: int) -> Use:
        return selector("tree_importance", count=count)

    listed: list[tuple[list[Chain], Use, Use]] = [
        (rich, by_trees(64), near),
        (union, by_trees(64), near),
        (bands_16, by_trees(96), near),
        (union, by_trees(64), mixture),
        (rich, by_trees(64), clusters),
        (lengths, by_trees(64), mixture),
        (lengths, by_trees(64), near),
        (rich, by_trees(32), near),
        (bands_32, by_trees(64), plain),
        (rich, by_trees(64), ellipse),
        (rich, by_trees(32), plain),
        (bands_16, by_trees(96), support),
        (simple, by_trees(32), mixture),
        (union, by_trees(64), ellipse),
        (union, by_trees(64), clusters),
        ([blocks.branch("stft_map")], by_trees(64), ellipse),
        (simple, by_trees(32), ellipse),
    ]
    pipelines = []
    for branches, selection, chosen in listed:
        fitting = blocks.fitting(branches, shape) or blocks.fitting(blocks.raw(shape), shape)
        scale = step("scale", limit=10)
        pipelines.append(Pipeline(fitting, scale, selection, chosen))
    return pipelines
