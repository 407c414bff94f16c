"""From scores to similarities: false alarms as promised, and one meaning of 90."""

import ctypes

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from kinglet.ccode import fold
from kinglet.record import CALIBRATION_FLOATS, ENDLESS, FIRST_SIMILARITY
from kinglet.toolchain import compile_host_library, host_suffix

FIELDS = (
    "span",
    "older_count",
    "older_mean",
    "older_square",
    "newer_count",
    "newer_mean",
    "newer_square",
    "unused",
)

_SOURCE = """
#include <stdint.h>
#include <stddef.h>
{text}
KN_EXPORT void learn(kn_calibration *calibration, const float *scores, uint32_t n, float horizon)
    {{ for (uint32_t i = 0; i < n; i++) kn_calibrate(calibration, scores[i], horizon); }}
KN_EXPORT float judge(const kn_calibration *calibration, float score, float *limit)
    {{ return kn_judge(calibration, score, limit); }}
KN_EXPORT float student(float freedom) {{ return kn_student(freedom); }}
KN_EXPORT int similarity(float z, float limit, float sensitivity)
    {{ return kn_similarity(z, limit, sensitivity); }}
KN_EXPORT uint32_t size(void) {{ return (uint32_t)sizeof(kn_calibration); }}
KN_EXPORT uint32_t first(void) {{ return KN_FIRST_SIMILARITY; }}
"""


class Calibration(ctypes.Structure):
    _fields_ = [(name, ctypes.c_float) for name in FIELDS]


@pytest.fixture(scope="module")
def c(tmp_path_factory):
    path = tmp_path_factory.mktemp("c") / f"calibration{host_suffix()}"
    path.write_bytes(compile_host_library(_SOURCE.format(text=fold([], ["calibration.h"]))))
    library = ctypes.CDLL(str(path))
    library.learn.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_float]
    library.judge.argtypes = [ctypes.c_void_p, ctypes.c_float, ctypes.c_void_p]
    library.judge.restype = library.student.restype = ctypes.c_float
    library.student.argtypes = [ctypes.c_float]
    library.similarity.argtypes = [ctypes.c_float] * 3
    return library


def learn(c, calibration, scores, horizon=ENDLESS):
    scores = np.ascontiguousarray(scores, dtype=np.float32)
    c.learn(ctypes.byref(calibration), scores.ctypes.data, len(scores), horizon)
    return calibration


def learned(c, scores, horizon=ENDLESS):
    return learn(c, Calibration(), scores, horizon)


def judge(c, calibration, score):
    limit = ctypes.c_float()
    return c.judge(ctypes.byref(calibration), score, ctypes.byref(limit)), limit.value


def test_layout(c):
    assert c.size() == ctypes.sizeof(Calibration) == 4 * CALIBRATION_FLOATS
    assert c.first() == FIRST_SIMILARITY


@pytest.mark.parametrize("n", (20, 50, 200))
def test_one_false_alarm_in_a_hundred_however_few_were_learned(c, n):
    # Given mean and limit, the chance of a false alarm is known: no need to draw new signals.
    rng = np.random.default_rng(n)
    chances = []
    for _ in range(4000):
        mean, spread = rng.normal(), rng.uniform(0.1, 3)
        calibration = learned(c, rng.normal(mean, spread, size=n))
        z, limit = judge(c, calibration, mean)
        chances.append(stats.norm.sf((limit - z) / spread))
    error = np.std(chances) / np.sqrt(len(chances))
    assert abs(np.mean(chances) - 0.01) < 4 * error + 1e-4
    assert error < 5e-4  # or the line above says nothing


@pytest.mark.parametrize("n", (13, 16, 17, 40, 300))
def test_mean_and_limit_are_those_of_the_scores_of_the_later_half(c, n):
    scores = np.random.default_rng(n).normal(3, 2, size=n).astype(np.float32)
    calibration = learned(c, scores)
    kept = int(calibration.older_count + calibration.newer_count)
    assert n / 2 <= kept <= max(3 * n / 4, 12)
    later = scores[-kept:].astype(np.float64)
    z, limit = judge(c, calibration, 5.0)
    expected = stats.t.ppf(0.99, kept - 1) * later.std(ddof=1) * np.sqrt(1 + 1 / kept)
    assert z == pytest.approx(5 - later.mean(), rel=1e-4)
    assert limit == pytest.approx(expected, rel=2e-3)


def test_early_scores_do_not_count(c):
    late = np.random.default_rng(0).normal(size=100)
    wild, calm = (learned(c, np.concatenate([early, late])) for early in ([50] * 20, [0] * 20))
    assert bytes(wild) == bytes(calm)


def test_student_quantiles(c):
    few = np.arange(1, 11)
    got = [c.student(float(freedom)) for freedom in few]
    np.testing.assert_allclose(got, stats.t.ppf(0.99, few), rtol=2e-4)
    many = np.unique(np.geomspace(11, 2**24, 300).astype(int))
    got = [c.student(float(freedom)) for freedom in many]
    # The expansion is worst where it begins.
    allowed = np.where(many < 20, 2.5e-3, 5e-4)
    assert (np.abs(got / stats.t.ppf(0.99, many) - 1) < allowed).all()
    every = [c.student(float(freedom)) for freedom in np.arange(0, 200)]
    assert (np.diff(every) <= 0).all()


sensitivities = st.floats(2.0**-7, 100, width=32)
limits = st.floats(2.0**-7, 1e6, width=32)
deviations = st.floats(-1e6, 1e6, width=32)


@given(z=deviations, limit=limits, sensitivity=sensitivities)
def test_ninety_exactly_up_to_the_limit(c, z, limit, sensitivity):
    share = np.float32(sensitivity) * np.float32(z) / np.float32(limit)
    similarity = c.similarity(z, limit, sensitivity)
    assert 0 <= similarity <= 100
    assert (similarity >= 90) == bool(share <= 1)
    if z <= 0:
        assert similarity == 100


@pytest.mark.parametrize("sensitivity", (0.1, 0.5, 1.0, 2.0, 3.0))
def test_ninety_at_the_limit_itself(c, sensitivity):
    limit = 0.7
    at = np.float32(limit) / np.float32(sensitivity)
    beyond = at * np.float32(1.0001)
    assert c.similarity(at * np.float32(0.9999), limit, sensitivity) == 90
    assert c.similarity(beyond, limit, sensitivity) == 89
    assert c.similarity(1e30, limit, sensitivity) == 0


@given(z=deviations, more=deviations, limit=limits, sensitivity=sensitivities)
def test_more_unlike_is_never_more_similar(c, z, more, limit, sensitivity):
    low, high = sorted((z, more))
    assert c.similarity(low, limit, sensitivity) >= c.similarity(high, limit, sensitivity)


@given(z=deviations, limit=limits, one=sensitivities, other=sensitivities)
def test_more_sensitive_is_never_more_similar(c, z, limit, one, other):
    assume(one != other)
    low, high = sorted((one, other))
    assert c.similarity(z, limit, low) >= c.similarity(z, limit, high)


def test_equal_scores_still_have_a_limit(c):
    calibration = learned(c, np.full(100, 2.5))
    z, limit = judge(c, calibration, 2.5)
    assert z == 0 and 0.01 < limit < 0.1
    assert c.similarity(z, limit, 1.0) == 100
    z, limit = judge(c, calibration, 3.5)
    assert c.similarity(z, limit, 1.0) == 0


@pytest.mark.parametrize("horizon", (1.0, 4.0, 24.0, 1000.0))
def test_banks_are_no_longer_than_a_horizon(c, horizon):
    rng = np.random.default_rng(0)
    calibration = learned(c, rng.normal(size=5000), horizon)
    assert calibration.older_count <= max(horizon, 4)
    # What was usual long ago is not usual any more.
    learn(c, calibration, rng.normal(9, 1, size=int(2 * max(horizon, 4))), horizon)
    z, _ = judge(c, calibration, 9.0)
    assert abs(z) < 2


@pytest.mark.parametrize("spread", (1e-3, 30.0))
def test_after_years_everything_is_finite(c, spread):
    calibration = Calibration(span=ENDLESS)
    calibration.older_count = calibration.newer_count = ENDLESS - 1
    calibration.older_mean, calibration.newer_mean = -spread, spread
    calibration.older_square = calibration.newer_square = ENDLESS * spread**2
    for score in (7.0, -7.0, 30.0, -7.0):
        learn(c, calibration, [score])
        assert np.isfinite([getattr(calibration, name) for name in FIELDS]).all()
        z, limit = judge(c, calibration, score)
        assert np.isfinite(z) and np.isfinite(limit) and limit > 0
    assert calibration.newer_count < ENDLESS


def test_nothing_learned_is_judged_all_the_same(c):
    z, limit = judge(c, Calibration(), 3.0)
    assert z == 3 and np.isfinite(limit) and limit > 0
