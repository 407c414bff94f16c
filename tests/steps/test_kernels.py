"""What conformance cannot see of the kernels: whose kernels they are, and flat signals."""

import numpy as np
import pytest

from kinglet.host import run_step
from kinglet.record import Shape, steps

KERNELS = steps()["kernels"]


def fit(shape, values, **config):
    config = KERNELS.complete(config)
    return config, KERNELS.fit(config, shape, values, None, np.random.default_rng(3))


def test_weights_are_minirockets_over_three_but_for_the_plain_ones():
    shape = Shape(128, 2)
    values = np.random.default_rng(0).normal(size=(20, *shape)).astype(np.float32)
    config, fitted = fit(shape, values)
    excess = run_step(KERNELS, config, shape, fitted, values.reshape(20, -1))[:, 1::4]
    patterns = set()
    for k, (code, axis) in enumerate(zip(fitted["codes"], fitted["axes"], strict=True)):
        code, weights = int(code), np.zeros(9)
        weights[[code & 7, code >> 3 & 7, code >> 6 & 15]] = 1
        patterns.add(tuple(weights))
        if not code >> 14:
            weights -= 1 / 3
        dilated = np.zeros(8 * 2 ** (code >> 10 & 15) + 1)
        dilated[:: 2 ** (code >> 10 & 15)] = weights
        for line in range(3):
            whole = np.correlate(values[line, :, axis].astype(np.float64), dilated, "valid")
            expected = np.maximum(whole - fitted["biases"][k], 0).mean()
            assert excess[line, k] == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert len(patterns) == 84
    assert (fitted["codes"] >> 14).sum() == 12


def test_rounding_does_not_decide_on_which_side_a_flat_signal_lies():
    shape, rng = Shape(256, 1), np.random.default_rng(1)
    stairs = rng.uniform(9.7, 9.9, size=(30, 8)).repeat(32, axis=1)
    values = stairs[:, :, None].astype(np.float32)
    config, fitted = fit(shape, values)
    flat = np.linspace(9.7, 9.9, 50, dtype=np.float32)[:, None].repeat(256, axis=1)
    shares = run_step(KERNELS, config, shape, fitted, flat)[:, 0::4]
    blind = fitted["codes"] >> 14 == 0  # to the level
    assert set(np.unique(shares)) <= {0.0, 1.0}
    assert (shares[:, blind] == shares[:1, blind]).all()


def test_tables_shrink_to_the_kernels_that_are_wanted():
    shape = Shape(64, 3)
    values = np.random.default_rng(0).normal(size=(20, *shape)).astype(np.float32)
    config, fitted = fit(shape, values)
    narrow, small, wanted = KERNELS.narrow(
        config, shape, fitted, np.array([8, 11, 40]), np.arange(3)
    )
    assert narrow["count"] == len(small["biases"]) == len(small["codes"]) == 2
    assert wanted.tolist() == [0, 3, 4]
