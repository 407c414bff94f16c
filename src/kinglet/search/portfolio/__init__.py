"""Pipelines known from experience, one file for each project type; they are tried first."""

from kinglet.pipeline import Pipeline
from kinglet.record import ANOMALY, CLASSIFICATION, EXTRAPOLATION, OUTLIER, Shape
from kinglet.search.portfolio import anomaly, classification, extrapolation, outlier

_PORTFOLIOS = {
    ANOMALY: anomaly.portfolio,
    OUTLIER: outlier.portfolio,
    CLASSIFICATION: classification.portfolio,
    EXTRAPOLATION: extrapolation.portfolio,
}


def portfolio_of(task: str, shape: Shape) -> list[Pipeline]:
    """The portfolio of a project type for signals of a shape, best first."""
    return _PORTFOLIOS[task](shape)


__all__ = ["portfolio_of"]
