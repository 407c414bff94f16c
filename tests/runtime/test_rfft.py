"""The one Fourier transform of the house: exact enough at every length, fast and small."""

import ctypes

import numpy as np
import pytest

from kinglet import board
from kinglet.ccode import Tables, fold
from kinglet.runtime.tables import quarter_wave
from kinglet.toolchain import (
    CORES,
    compile_host_library,
    compile_object,
    host_suffix,
    inspect_object,
)

LENGTHS = [2**power for power in range(1, 14)]
_EXPORTS = """
KN_EXPORT void transform(float *x, uint32_t n, const float *wave) { kn_real_fft(x, n, wave); }
KN_EXPORT void power(float *x, uint32_t n, const float *wave) { kn_power_spectrum(x, n, wave, x); }
"""


def source(head=""):
    return f"#include <stdint.h>\n{head}{fold([], ['rfft.h'])}{_EXPORTS}"


@pytest.fixture(scope="module")
def c(tmp_path_factory):
    path = tmp_path_factory.mktemp("c") / f"rfft{host_suffix()}"
    path.write_bytes(compile_host_library(source()))
    return ctypes.CDLL(str(path))


def call(function, x):
    out, wave = x.astype(np.float32), quarter_wave(len(x))
    function(
        ctypes.c_void_p(out.ctypes.data),
        ctypes.c_uint32(len(x)),
        ctypes.c_void_p(wave.ctypes.data),
    )
    return out.astype(np.float64)


def signals(n):
    rng = np.random.default_rng(n)
    noise = rng.normal(size=n)
    impulse = np.zeros(n)
    impulse[1] = 1
    tone = np.sin(0.7 * np.arange(n))
    return np.stack([noise, noise.cumsum(), impulse, tone, 1e3 + noise]).astype(np.float32)


@pytest.mark.parametrize("n", LENGTHS)
def test_transform_is_within_3e_7_of_the_largest_bin(c, n):
    for x in signals(n):
        out = call(c.transform, x)
        got = np.append(out[0::2] + 1j * out[1::2], out[1])
        got[0] = out[0]
        expected = np.fft.rfft(x.astype(np.float64))
        assert np.abs(got - expected).max() < 3e-7 * np.abs(expected).max()


@pytest.mark.parametrize("n", LENGTHS)
def test_powers_add_up_to_the_variance(c, n):
    for x in signals(n)[:4]:
        total = call(c.power, x)[: n // 2].sum()
        assert total == pytest.approx(x.astype(np.float64).var(), rel=1e-5)


@pytest.mark.target
@pytest.mark.skipif(board.unavailable_reason() is not None, reason=str(board.unavailable_reason()))
def test_256_points_stay_below_the_bars_on_a_cortex_m4f():
    n = 256
    tables = Tables()
    wave = tables.add("float", quarter_wave(n), "wave")
    harness = (
        f"#include <stdint.h>\n{tables.text()}\nfloat board_input[{n}];\n"
        "extern void transform(float *x, uint32_t n, const float *wave);\n"
        f"int call(void) {{ transform(board_input, {n}, {wave}); return 0; }}\n"
    )
    core = CORES["cortex-m4f"]
    built = compile_object(source("#define KN_EXPORT\n"), core, optimise="size")
    image = board.link_image({"neai.o": built}, harness, core)
    done = board.run(
        image,
        core,
        function="call",
        measure="transform",
        inputs=signals(n),
        output_size=0,
    )
    assert done.cycles is not None
    assert done.cycles.max() < 13_500  # measured: 12 900; CMSIS-DSP: 16 100
    code = inspect_object(built).functions["kn_real_fft"]
    assert code + tables.size_bytes < 1_150  # measured: 1 080; CMSIS-DSP: 6 400
