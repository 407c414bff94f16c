"""The MicroPython module decides as the C does, in CPython with floats of 32 bits and for real.

An interpreter is looked for as the command in KINGLET_MICROPYTHON, as ``micropython``, and as the
npm package @micropython/micropython-webassembly-pyscript below the virtual environment.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import types
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from kinglet.host import Device
from kinglet.library.micropython import evt_module
from kinglet.record import models

EVT = models()["evt"]
SETTINGS = [
    ({}, 1),
    ({"gamma": 3, "delta": 0.9, "maxima": 10, "vote": "collective"}, 1),
    ({"delta": 0.99, "outliers": 10, "gap": 10.0}, 3),
    ({"gap": 0.5, "vote": "collective"}, 2),
    ({"gamma": 4, "delta": 0.9, "outliers": 10, "vote": "collective"}, 8),
]
LEARNED = 400
# Where floats have 64 bits: a float that is rounded to 32 after every operation.
_SHIM = """
import math as _math, struct as _struct

class F32:
    def __init__(self, x):
        x = x.x if isinstance(x, F32) else x
        self.x = _struct.unpack("<f", _struct.pack("<f", x))[0]
    def __add__(self, o): return F32(self.x + F32(o).x)
    def __radd__(self, o): return F32(F32(o).x + self.x)
    def __sub__(self, o): return F32(self.x - F32(o).x)
    def __rsub__(self, o): return F32(F32(o).x - self.x)
    def __mul__(self, o): return F32(self.x * F32(o).x)
    def __rmul__(self, o): return F32(F32(o).x * self.x)
    def __truediv__(self, o): return F32(self.x / F32(o).x)
    def __rtruediv__(self, o): return F32(F32(o).x / self.x)
    def __neg__(self): return F32(-self.x)
    def __int__(self): return int(self.x)
    def __lt__(self, o): return self.x < F32(o).x
    def __gt__(self, o): return self.x > F32(o).x
    def __le__(self, o): return self.x <= F32(o).x
    def __ge__(self, o): return self.x >= F32(o).x

# MicroPython does not ask the right operand of a comparison.
def max(a, b): return a if F32(a) > b else b
def min(a, b): return a if F32(a) < b else b

class math:
    sqrt = staticmethod(lambda x: _math.sqrt(x.x))

class struct:
    unpack = staticmethod(_struct.unpack)
    @staticmethod
    def pack(form, *values):
        return _struct.pack(form, *[v.x if isinstance(v, F32) else v for v in values])
"""
_RUN = """
detector = EVT()
n = INPUTS
values = [_value(int(BITS[i : i + 8], 16)) for i in range(0, len(BITS), 8)]
samples = [tuple(values[i : i + n]) for i in range(0, len(values), n)]
for sample in samples[:LEARNED]:
    detector.learn(sample)
judge = EVT()
judge.set_state(detector.get_state())
print(",".join([str(judge.detect(sample)) for sample in samples[LEARNED:]]))
found = [detector.update(sample) for sample in samples[LEARNED:]]
print("".join([str(int(point) + 2 * int(together)) for point, together in found]))
print(detector.get_state().hex())
"""


@cache
def stream(n_inputs: int) -> np.ndarray:
    """Noise on a slow wave with single jumps, bursts, a drift and a change of level."""
    rng = np.random.default_rng(n_inputs)
    time = np.arange(LEARNED + 2000)
    x = rng.standard_t(5, size=(len(time), n_inputs)) + 3 * np.sin(time / 90)[:, None] + 20
    x[rng.choice(time[LEARNED:], 25)] += 15
    for start in (900, 1500, 1504, 2100):
        x[start : start + 30] += rng.normal(0, 12, size=(30, n_inputs))
    x[1700:1900] += np.linspace(0, 20, 200)[:, None]
    x[2250:] += 6
    return x.astype(np.float32)


@cache
def on_host(number: int) -> tuple[list[tuple[bool, bool]], bytes]:
    """Decisions (point, collective) over the stream, and the state after it."""
    config, n_inputs = SETTINGS[number]
    found = []
    for vote in ("point", "collective"):
        whole = EVT.complete(config | {"vote": vote})
        device = Device(EVT, whole, EVT.prepare(whole, n_inputs), n_inputs)
        device.learn(stream(n_inputs)[:LEARNED])
        outliers, above = [], []
        for row, sample in enumerate(stream(n_inputs)[LEARNED:, None]):
            above.append(bool(device.judge(sample)[0, 0] > 1))
            outliers.append(above[-1] if vote == "point" else found[0][row])
            if not outliers[-1]:
                device.learn(sample)
        found.append(above)
    return list(zip(*found, strict=True)), device.state.tobytes()


def similarities_on_host(number: int) -> tuple[bytes, list[int], bytes]:
    """Similarities where nothing more is learned; the state before and after."""
    config, n_inputs = SETTINGS[number]
    whole = EVT.complete(config)
    device = Device(EVT, whole, EVT.prepare(whole, n_inputs), n_inputs)
    device.learn(stream(n_inputs)[:LEARNED])
    before = device.state.tobytes()
    z = device.judge(stream(n_inputs)[LEARNED:])[:, 0]
    usual = np.clip(100 - np.float32(10) * z, 0, 100)
    similarity = np.floor(np.where(z > 1, np.minimum(usual, 89), usual)).astype(int)
    return before, similarity.tolist(), device.state.tobytes()


def load(text: str, float_type: type = float) -> types.ModuleType:
    """Import the text of a module, with another type of floats."""
    module = types.ModuleType("detector")
    module._shim = float_type
    text = text.replace("_float = float\n", "_float = _shim\n")
    exec(compile(text, "micropython_evt.py", "exec"), module.__dict__)
    return module


@pytest.fixture(params=range(len(SETTINGS)), ids=lambda number: f"setting{number}")
def number(request):
    return request.param


@pytest.mark.filterwarnings("ignore:overflow")
def test_with_floats_of_32_bits_it_decides_as_the_c(number):
    config, n_inputs = SETTINGS[number]
    detector = load(evt_module(config, n_inputs), np.float32).EVT()
    for sample in stream(n_inputs)[:LEARNED]:
        detector.learn(sample)
    found = [detector.update(sample) for sample in stream(n_inputs)[LEARNED:]]
    expected, state = on_host(number)
    assert found == expected
    assert detector.get_state() == state
    points, collective = np.array(expected).T
    assert 0 < points.mean() < 0.5
    assert collective.any() == (config.get("gap", 5.0) >= 1), "half a sample: never collective"


@pytest.mark.filterwarnings("ignore:overflow")
def test_similarities_are_those_of_the_c(number):
    config, n_inputs = SETTINGS[number]
    before, expected, after = similarities_on_host(number)
    detector = load(evt_module(config, n_inputs), np.float32).EVT()
    detector.set_state(before)
    found = [detector.detect(sample) for sample in stream(n_inputs)[LEARNED:]]
    assert found == expected
    assert detector.get_state() == after
    assert len(set(found)) > 5


@pytest.mark.filterwarnings("ignore:overflow", "ignore:underflow")
def test_state_is_that_of_the_c_after_any_accepted_input():
    rng = np.random.default_rng(0)
    sign = (-1.0) ** np.arange(60)
    parts = [0 * sign, 9.9e11 * sign, 3.3 + 0 * sign, 1e-41 * sign, 10 ** rng.uniform(-38, 11, 300)]
    device = Device(EVT, EVT.complete({}), EVT.prepare(EVT.complete({}), 1), 1)
    detector = load(evt_module({}, 1), np.float32).EVT()
    for number, sample in enumerate(np.concatenate(parts).astype(np.float32)[:, None]):
        if number < 13:
            assert detector.detect(sample) == 0  # as the library: nothing is said so early
        else:
            assert bool(device.judge(sample[None])[0, 0] > 1) == (detector.detect(sample) < 90)
        device.learn(sample[None])
        detector.learn(sample)
        assert detector.get_state() == device.state.tobytes()


def test_wherever_floats_have_64_bits_it_runs_and_hardly_differs():
    detector = load(evt_module({}, 1)).EVT()
    for sample in stream(1)[:LEARNED]:
        detector.learn(tuple(map(float, sample)))
    found = [detector.update(tuple(map(float, sample))) for sample in stream(1)[LEARNED:]]
    same = np.array(found) == np.array(on_host(0)[0])
    assert same.mean() > 0.99


def test_it_imports_nothing_that_a_board_lacks():
    assert re.findall(r"^ *(?:import|from) .*", evt_module({}, 4), re.MULTILINE) == [
        "import math",
        "import struct",
    ]


@pytest.mark.parametrize("sample", [(1.0,), (1.0, 2.0, 3.0), (1.0, float("nan")), (1e12, 0.0)])
def test_what_the_c_refuses_is_refused_and_not_learned(sample):
    detector = load(evt_module({}, 2)).EVT()
    before = detector.get_state()
    for call in (detector.learn, detector.detect, detector.update):
        with pytest.raises(ValueError, match="2 numbers"):
            call(sample)
    assert detector.get_state() == before


def test_a_state_of_another_detector_is_refused():
    state = load(evt_module({}, 2)).EVT().get_state()
    with pytest.raises(ValueError, match="bytes"):
        load(evt_module({}, 1)).EVT().set_state(state)


@pytest.mark.parametrize("n_inputs", [0, 9])
def test_a_number_of_inputs_that_evt_does_not_take_is_refused(n_inputs):
    with pytest.raises(ValueError, match="1 to 8"):
        evt_module({}, n_inputs)


def interpreter() -> list[str] | None:
    """Command of a MicroPython interpreter."""
    if named := os.environ.get("KINGLET_MICROPYTHON"):
        return shlex.split(named)
    if found := shutil.which("micropython"):
        return [found]
    package = "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs"
    script = Path(sys.prefix) / package
    return ["node", str(script)] if script.exists() and shutil.which("node") else None


@pytest.mark.skipif(interpreter() is None, reason="no MicroPython interpreter is installed")
def test_on_micropython_it_decides_as_the_c(number, tmp_path):
    config, n_inputs = SETTINGS[number]
    text = evt_module(config, n_inputs)
    probe = tmp_path / "probe.py"
    probe.write_text("import struct\nprint(struct.unpack('f', struct.pack('f', 1/3))[0] == 1/3)\n")
    if "True" not in run_micropython(probe):
        text = text.replace("import math\nimport struct\n", "").replace("= float\n", "= F32\n")
        text = _SHIM + text
    bits = "".join(f"{value:08x}" for value in stream(n_inputs).view(np.uint32).ravel())
    script = tmp_path / "run.py"
    script.write_text(f"{text}\nLEARNED = {LEARNED}\nBITS = '{bits}'\n{_RUN}")
    similarities, decisions, state = run_micropython(script).split()
    expected, host_state = on_host(number)
    assert similarities == ",".join(map(str, similarities_on_host(number)[1]))
    assert decisions == "".join(str(point + 2 * together) for point, together in expected)
    assert bytes.fromhex(state) == host_state


def run_micropython(script: Path) -> str:
    command = interpreter()
    assert command is not None
    run = subprocess.run([*command, str(script)], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0 and "Error" not in run.stdout, run.stdout + run.stderr
    return run.stdout
