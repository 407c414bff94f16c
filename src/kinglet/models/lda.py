"""Linear discriminant analysis."""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve, lstsq

from kinglet.models._read_out import LinearModel, read_out
from kinglet.record import Config


class Lda(LinearModel):
    """Linear discriminant analysis with the covariance shrunk after Ledoit and Wolf."""

    name = "lda"
    title = "linear discriminant analysis"
    doc = (
        "p = softmax(W x + b) with W and b from class means and one shrunk covariance; classes "
        "weigh the same. The best small model over 48-96 selected features, and the cheapest. Not "
        "for classes that only differ in spread; its probabilities are too sure of themselves."
    )
    source = "Ledoit and Wolf (2004), A well-conditioned estimator for large covariance matrices"

    def fit(
        self, config: Config, x: np.ndarray, y: np.ndarray, n_outputs: int, seed: int
    ) -> dict[str, np.ndarray]:
        classes = np.unique(y)
        x = x.astype(np.float64)
        members = [x[y == name] for name in classes]
        means = np.array([lines.mean(axis=0) for lines in members])
        covariance = sum(map(_shrunk, members)) / len(classes)
        try:
            weights = cho_solve(cho_factor(covariance), means.T).T
        except np.linalg.LinAlgError:  # a feature is the same within every class
            weights = lstsq(covariance, means.T)[0].T
        return read_out(weights, -0.5 * (means * weights).sum(axis=1), classes, n_outputs)


def _shrunk(lines: np.ndarray) -> np.ndarray:
    """Covariance of the lines of one class, shrunk by their standardised features.

    The standardised covariance S goes towards m I, m the mean of its diagonal, by the share of its
    squared distance from it that the error of its estimate explains (Ledoit and Wolf 2004, 3.3).
    """
    n, inputs = lines.shape
    spread = lines.std(axis=0)
    spread[spread <= 10 * np.finfo(np.float64).eps * np.abs(lines).max(axis=0)] = 1
    lines = (lines - lines.mean(axis=0)) / spread
    covariance = lines.T @ lines / n
    diagonal = covariance.diagonal()
    square, mean = float((covariance**2).sum()), float(diagonal.mean())
    apart = square - inputs * mean**2
    error = (float((np.einsum("ij,ij->i", lines, lines) ** 2).sum()) / n - square) / n
    share = min(1.0, error / apart) if apart > 0 and error > 0 else 0.0
    covariance *= 1 - share
    covariance.flat[:: inputs + 1] += share * mean
    out: np.ndarray = covariance * spread * spread[:, None]
    return out


RECORD = Lda()
