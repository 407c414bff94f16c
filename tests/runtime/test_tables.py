import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinglet.runtime.tables import frame_length, strictly_increasing, window_coefficients


@given(st.data())
def test_every_band_keeps_a_bin_and_the_last_edge_stays(data):
    bands = data.draw(st.integers(1, 64))
    bins = data.draw(st.integers(bands, 4096))
    inner = data.draw(st.lists(st.floats(0, bins), min_size=bands - 1, max_size=bands - 1))
    edges = strictly_increasing(np.array([0.0, *sorted(inner), bins]))
    assert edges[0] == 0 and edges[-1] == bins
    assert (np.diff(edges) >= 1).all()


@pytest.mark.parametrize("frames", [1, 4, 8, 16])
@pytest.mark.parametrize("length", [64, 100, 256, 1000, 1024, 8192])
def test_frames_fit_and_leave_no_gap(length, frames):
    size = frame_length(length, frames)
    assert size <= length
    if frames > 1:
        assert size >= (length - size) // (frames - 1)


@pytest.mark.parametrize("name", ["hann", "hamming", "blackman"])
def test_windows_keep_the_power_of_noise(name):
    a, b, d = window_coefficients(name).astype(float)
    cosine = np.cos(2 * np.pi * np.arange(64) / 64)
    window = a - b * cosine + d * cosine**2
    assert np.mean(window**2) == pytest.approx(1, rel=1e-6)
