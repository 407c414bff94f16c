"""What the spectral steps promise beside their formulas."""

import numpy as np
import pytest

from kinglet.host import run_step
from kinglet.record import Shape, steps


def run(name, x, **config):
    """One axis through a step, shape (n, n_outputs)."""
    step = steps()[name]
    return run_step(step, step.complete(config), Shape(x.shape[1], 1), {}, x.astype(np.float32))


def noise(n=20, length=256):
    return np.random.default_rng(3).normal(size=(n, length))


def spectrum(x):
    return run("rfft", x, window="none")


@pytest.mark.parametrize("length", [64, 512, 4096])
def test_a_tone_has_the_same_power_at_every_length(length):
    tone = 3 * np.sin(2 * np.pi * np.arange(length) / 8)[None]
    assert spectrum(tone)[0, length // 8 - 1] == pytest.approx(4.5, rel=1e-6)


def test_a_large_offset_does_not_drown_small_bins():
    x = np.round(noise(), 2)
    moved = spectrum(x + 1e4)
    assert np.allclose(moved, spectrum((x + 1e4).astype(np.float32) - np.float32(1e4)), rtol=1e-2)


def test_shape_of_a_spectrum_does_not_depend_on_its_size():
    power = spectrum(noise())
    assert (run("spectral_shape", power) == run("spectral_shape", power * 2.0**40)).all()


def test_silence_has_no_shape():
    assert not run("spectral_shape", np.zeros((1, 128))).any()


def test_shape_tells_a_tone_from_noise():
    tone = np.sin(2 * np.pi * np.arange(256) * 40.3 / 256)[None]
    windowed = run("window", np.concatenate([tone, noise(1)]))
    labels = steps()["spectral_shape"].labels({}, Shape(128, 1))
    tonal, noisy = (
        dict(zip(labels, row, strict=True)) for row in run("spectral_shape", spectrum(windowed))
    )
    assert tonal["peak frequency of axis 0"] == pytest.approx(40.3 / 128, abs=0.3 / 128)
    assert tonal["peak share of axis 0"] > 0.95 > noisy["peak share of axis 0"]
    assert tonal["spectral entropy of axis 0"] < 0.4 < noisy["spectral entropy of axis 0"]
    assert tonal["spectral flatness of axis 0"] < noisy["spectral flatness of axis 0"]


def test_a_louder_signal_moves_only_the_first_cepstrum():
    quiet, loud = (run("mel_cepstra", x, frames=1)[0] for x in (noise(1), 10 * noise(1)))
    assert loud[0] - quiet[0] == pytest.approx(np.sqrt(2 * 20) * np.log(100), rel=1e-5)
    assert np.allclose(loud[1:], quiet[1:], atol=1e-4)


def test_map_shows_when_and_at_which_frequency_a_burst_comes():
    x = 1e-3 * noise(1, 1024)
    x[0, 640:768] += np.sin(2 * np.pi * np.arange(128) * 0.28)
    levels = run("stft_map", x).reshape(8, 8)
    assert np.unravel_index(levels.argmax(), levels.shape) == (5, 4)


def test_autocorrelation_finds_the_period_and_ignores_a_constant():
    tone = np.sin(2 * np.pi * np.arange(256) / 64)[None]
    last = run("autocorrelation", tone, lags=6)[0, -1]  # lag 64 of 256: three of four periods
    assert last == pytest.approx(0.75, abs=1e-3)
    assert not run("autocorrelation", np.full((1, 256), 0.1)).any()
