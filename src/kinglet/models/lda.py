"""Linear discriminant analysis."""

from __future__ import annotations

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from kinglet.models._read_out import LinearModel, quiet, read_out
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
        count = len(np.unique(y))
        lda = LinearDiscriminantAnalysis(
            solver="lsqr", shrinkage="auto", priors=np.full(count, 1 / count)
        )
        with quiet():  # about a class of one line, which is allowed here
            lda.fit(x.astype(np.float64), y)
        return read_out(lda.coef_, lda.intercept_, lda.classes_, n_outputs)


RECORD = Lda()
