"""Minimisation in float32, held against SciPy's."""

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

from kinglet.models._quasi_newton import minimise


@pytest.mark.parametrize("n", (2, 40))
def test_a_bent_valley(n):
    start = np.full(n, -1.0, dtype=np.float32)

    def valley(at):
        wide = at.astype(np.float64)
        return float(rosen(wide)), rosen_der(wide).astype(np.float32)

    found = minimise(valley, start, 400)
    theirs = minimize(rosen, start, jac=rosen_der, method="L-BFGS-B", options={"maxiter": 400})
    assert rosen(found.astype(np.float64)) < theirs.fun + 1e-4


def test_a_long_bowl_needs_few_steps_and_the_start_is_left_as_it_was():
    rng = np.random.default_rng(0)
    curvature = np.geomspace(1, 1e3, 60).astype(np.float32)
    centre = rng.normal(size=60).astype(np.float32)
    start = np.zeros(60, dtype=np.float32)
    calls = 0

    def bowl(at):
        nonlocal calls
        calls += 1
        gradient = curvature * (at - centre)
        return float(gradient @ (at - centre)) / 2, gradient

    found = minimise(bowl, start, 100)
    assert np.abs(found - centre).max() < 1e-2 and calls < 120
    assert not start.any()


def test_at_the_minimum_it_stays():
    at = minimise(lambda x: (float(x @ x), 2 * x), np.zeros(3, dtype=np.float32), 10)
    np.testing.assert_array_equal(at, 0)
