"""Pipelines known to be good, tried first, in the order in which they pay soonest.

The order comes from cross-validation on training files of seven public sensor sets (speech, watch,
gestures, fans, bearings, appliances); no test file took part. The strongest of all leads; then
comes what adds most to what was found before, for the time it takes, over the sets. It is made, and
judged on sets that were left out, by ``python -m benchmarks.search.order``.
"""

from __future__ import annotations

from kinglet.pipeline import Pipeline, Use
from kinglet.pipeline.spec import Chain, model, selector, step
from kinglet.record import Shape
from kinglet.search import blocks


def _stride(shape: Shape) -> int:
    """Kernels look at every sample, of long signals at every fourth: a matter of time only."""
    return 1 if shape.length <= 1024 else 4


def portfolio(shape: Shape) -> list[Pipeline]:
    """The portfolio for signals of a shape, without the branches that do not fit it.

    Parameters
    ----------
    shape : Shape

    Returns
    -------
    list of Pipeline
    """
    stride = _stride(shape)
    union = blocks.with_modulus(blocks.union(), shape)
    rich = blocks.with_modulus(blocks.rich(), shape)
    tf, kernels = blocks.time_frequency(), blocks.kernels(168, stride)
    lda, mlp = model("lda"), model("mlp")
    rbf, trees, logistic = model("rbf", centres=96), model("extra_trees"), model("logistic")
    small_rbf = model("rbf", centres=48)

    def forward(count: int) -> Use:
        return selector("forward", count=count)

    def by_trees(count: int) -> Use:
        return selector("tree_importance", count=count)

    def by_ridge(count: int) -> Use:
        return selector("ridge_elimination", count=count)

    map_16 = [blocks.branch("stft_map", bands=16)]
    bands_64 = [blocks.branch("bands", bands=64)]
    bands_32 = blocks.with_modulus(
        [blocks.branch("time_statistics"), blocks.branch("bands", bands=32)], shape
    )
    cepstra = [blocks.branch("mel_cepstra")]
    listed: list[tuple[list[Chain], Use, Use]] = [
        (union + tf + kernels, forward(96), lda),
        (union + tf + kernels, forward(48), lda),
        (union + tf, by_ridge(96), lda),
        (union + tf, by_trees(64), rbf),
        (kernels, by_ridge(96), lda),
        (union + tf, by_trees(64), logistic),
        (bands_32, forward(64), lda),
        (union + tf, forward(24), lda),
        (kernels, by_ridge(96), rbf),
        (union, by_trees(24), trees),
        (blocks.kernels(84, stride), by_ridge(96), logistic),
        (cepstra, forward(96), lda),
        (union + tf, by_trees(64), mlp),
        (union, by_trees(24), small_rbf),
        (rich, by_trees(24), rbf),
        (cepstra, by_trees(64), small_rbf),
        (rich, by_trees(24), mlp),
        (blocks.statistics(), forward(24), lda),
        (map_16, by_trees(64), rbf),
        (bands_64, by_trees(64), small_rbf),
    ]
    pipelines = []
    for branches, selection, chosen in listed:
        # Of signals of 2 or 4 samples no spectrum or statistics can be had.
        fitting = blocks.fitting(branches, shape) or blocks.fitting(blocks.raw(shape), shape)
        pipelines.append(Pipeline(fitting, step("scale"), selection, chosen))
    return pipelines
