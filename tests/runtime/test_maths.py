"""Elementary functions against NumPy, over the whole range they promise."""

import ctypes

import numpy as np
import pytest

from kinglet.ccode import fold
from kinglet.toolchain import compile_host_library, host_suffix

_SOURCE = """
#include <stdint.h>
#include <stddef.h>
{text}
#define APPLY(name) KN_EXPORT void apply_##name(const float *in, float *out, uint32_t n) \\
    {{ for (uint32_t i = 0; i < n; i++) out[i] = kn_##name(in[i]); }}
APPLY(sqrt) APPLY(log) APPLY(exp)
KN_EXPORT float sum(const float *x, uint32_t n, uint32_t step) {{ return kn_sum(x, n, step); }}
KN_EXPORT float dot(const float *x, const float *y, uint32_t n) {{ return kn_dot(x, y, n); }}
KN_EXPORT int valid(const float *x, uint32_t n) {{ return kn_is_valid(x, n); }}
"""


def compiled(folder, head=""):
    source = head + _SOURCE.format(text=fold([], ["maths.h", "sum.h", "valid.h"]))
    path = folder / f"maths{host_suffix()}"
    path.write_bytes(compile_host_library(source))
    return ctypes.CDLL(str(path))


@pytest.fixture(scope="module")
def c(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("c"))


@pytest.fixture(scope="module")
def integer_sqrt(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("i"), "#define KN_SQRT_IN_HARDWARE 0\n")


def apply(library, name, x):
    x = np.ascontiguousarray(x, dtype=np.float32)
    out = np.empty_like(x)
    library[f"apply_{name}"](
        ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(out.ctypes.data), ctypes.c_uint32(len(x))
    )
    return out


def every_exponent(count=400):
    """Positive floats of every exponent, subnormals and the ends of each binade among them."""
    rng = np.random.default_rng(0)
    low = np.arange(255, dtype=np.uint32) << 23
    bits = low[:, None] + rng.integers(0, 1 << 23, size=(255, count), dtype=np.uint32)
    ends = np.concatenate([low, low + 1, low + 0x7FFFFF])
    return np.concatenate([bits.ravel(), ends]).astype(np.uint32).view(np.float32)


def test_square_root_is_correctly_rounded(c, integer_sqrt):
    x = every_exponent()
    expected = np.sqrt(x)
    assert apply(c, "sqrt", x).tobytes() == expected.tobytes()
    assert apply(integer_sqrt, "sqrt", x).tobytes() == expected.tobytes()


def test_logarithm(c):
    x = every_exponent()
    x = x[x >= 2.0**-126]
    expected = np.log(x.astype(np.float64))
    error = np.abs(apply(c, "log", x) - expected)
    assert (error <= 2.0 * np.spacing(np.abs(expected).astype(np.float32)) + 1e-10).all()


def test_exponential_and_its_clamp(c):
    x = np.linspace(-87, 88, 200_001).astype(np.float32)
    expected = np.exp(x.astype(np.float64))
    assert (np.abs(apply(c, "exp", x) / expected - 1) < 2.5e-7).all()
    ends = apply(c, "exp", [-1e30, -100, 100, 1e30])
    assert np.isfinite(ends).all() and (ends > 0).all()


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 7, 64, 1023])
@pytest.mark.parametrize("step", [1, 3])
def test_sum_and_dot(c, n, step):
    c.sum.restype = c.dot.restype = ctypes.c_float
    rng = np.random.default_rng(n)
    x, y = (rng.normal(size=max(1, n * step)).astype(np.float32) for _ in range(2))
    total = c.sum(ctypes.c_void_p(x.ctypes.data), n, step)
    assert total == pytest.approx(x[::step][:n].sum(dtype=np.float64), abs=1e-4)
    product = c.dot(ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(y.ctypes.data), n)
    assert product == pytest.approx(np.dot(x[:n].astype(float), y[:n]), abs=1e-4)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e12, -1e12, 3e38])
def test_what_is_refused(c, bad):
    good = np.array([0, -0.0, 1e-45, 9.999999e11, -9.999999e11], dtype=np.float32)
    assert c.valid(ctypes.c_void_p(good.ctypes.data), len(good)) == 1
    with_bad = np.append(good, np.float32(bad))
    assert c.valid(ctypes.c_void_p(with_bad.ctypes.data), len(with_bad)) == 0
