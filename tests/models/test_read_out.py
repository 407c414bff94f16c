"""The ridge read-out: its weights, and the scale that makes its probabilities sensible."""

import numpy as np
import pytest
from scipy.special import log_softmax
from sklearn.linear_model import Ridge

from kinglet.host import predict
from kinglet.models._read_out import line_weights, ridge_read_out
from kinglet.record import models
from tests.conformance.problems import blobs

PENALTY = 0.05


def held_out_scores(x, y, n_classes):
    """What a fit without the line says of each line, one fit a line."""
    target = np.where(y[:, None] == np.arange(n_classes), 1.0, -1.0)
    weight = line_weights(y)
    scores = np.empty(target.shape)
    for line in range(len(x)):
        rest = np.arange(len(x)) != line
        ridge = Ridge(alpha=PENALTY * len(x)).fit(x[rest], target[rest], weight[rest])
        scores[line] = ridge.predict(x[line : line + 1])
    return scores


@pytest.mark.parametrize(("n_classes", "n_inputs"), [(2, 8), (4, 8), (3, 150)])
def test_scale_is_the_best_for_lines_left_out(n_classes, n_inputs):
    x, y = blobs(n_classes, lines=25, n_inputs=n_inputs, noise=2.5)
    x = x.astype(np.float64)
    target = np.where(y[:, None] == np.arange(n_classes), 1.0, -1.0)
    plain = Ridge(alpha=PENALTY * len(x)).fit(x, target, line_weights(y))
    got = ridge_read_out(x, y, n_classes, PENALTY)
    scale = got["weights"][0, 0] / plain.coef_[0, 0]
    np.testing.assert_allclose(got["weights"], scale * plain.coef_, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(got["bias"], scale * plain.intercept_, rtol=1e-3, atol=1e-5)

    scores = held_out_scores(x, y, n_classes)

    def loss(s):
        return -np.average(
            log_softmax(s * scores, axis=1)[np.arange(len(y)), y], weights=line_weights(y)
        )

    assert loss(scale) <= min(loss(0.9 * scale), loss(1.1 * scale))


def test_probabilities_stay_honest_with_more_features_than_lines():
    x, y = blobs(3, lines=20, n_inputs=200, noise=12.0)
    new, truth = blobs(3, lines=200, n_inputs=200, noise=12.0, seed=1)
    model = models()["ridge"]
    config = model.complete({"penalty": 1e-3})
    out = predict(model, config, model.fit(config, x, y, 3, 0), new, 3)
    right = (out.argmax(axis=1) == truth).mean()
    assert abs(out.max(axis=1).mean() - right) < 0.1  # as sure as it is right
