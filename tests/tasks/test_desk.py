"""The libraries of the desk: what their functions say of a good signal and of a bad one."""

import numpy as np
import pytest

from kinglet.errors import InputError
from kinglet.library import Emulator
from kinglet.record import CLASSIFICATION, EXTRAPOLATION, OUTLIER
from kinglet.search import search
from kinglet.signals import Signals, label_targets
from kinglet.tasks import TASKS
from kinglet.toolchain import compile_wasm
from tests import samples

ONE_EACH = ("lda", "elliptic_envelope", "linear_regression")


@pytest.mark.parametrize("name", ONE_EACH)
def test_before_init_nothing_is_said(name):
    library = samples.library(name)
    emulator = Emulator(library.wasm, library.metadata())
    emulator.put(samples.signals()[0][0])
    assert emulator.call("emulator_run") == 2  # NEAI_NOT_INITIALIZED
    assert emulator.call("emulator_init") == 0
    assert emulator.call("emulator_run") == 0


@pytest.mark.parametrize("name", ONE_EACH)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e12, -1e12])
def test_a_value_that_no_sensor_gives_is_refused(name, value):
    values = samples.signals()[0][:3].copy()
    values[1, -1, -1] = value
    said = samples.library(name).emulate(values)
    assert said.states.tolist() == [0, 3, 0]
    assert np.isnan(said.outputs[1]).all() and np.isfinite(said.outputs[[0, 2]]).all()
    rows, _ = samples.task_of(name).answers(said, {}, samples.CLASSES)
    assert rows[1] == {} and rows[0] and rows[2]


@pytest.mark.parametrize("name", ONE_EACH)
def test_largest_signals_have_an_answer(name):
    values = np.full((2, *samples.SHAPE), 9.9e11, np.float32)
    values[1, ::2] *= -1
    assert np.isfinite(samples.library(name).emulate(values).outputs).all()


@pytest.mark.parametrize("name", ONE_EACH)
def test_headers_of_two_libraries_stand_side_by_side(name):
    """One for each project type and one more with a suffix, all in one file."""
    headers = {lib.sources.names.header: lib.sources.header for lib in _all(name)}
    lines = "\n".join(f'#include "{header}"' for header in headers)
    assert compile_wasm(f"{lines}\nint both(void) {{ return NEAI_OK; }}", headers, ["both"])


def _all(name):
    return [
        samples.library(other, suffix="" if other == name else other.replace("_", ""))
        for other in ONE_EACH
    ]


@pytest.mark.parametrize(
    ("task", "settings", "words"),
    [
        (OUTLIER, {"outlier_rate": 0.0}, "--outlier-rate is 0"),
        (OUTLIER, {"outlier_rate": 0.5}, "--outlier-rate is 0.5"),
        (OUTLIER, {"clip": False}, "clip is not for outlier"),
        (CLASSIFICATION, {"outlier_rate": 0.05}, "--outlier-rate is not for classification"),
        (CLASSIFICATION, {"target_unit": "V"}, "--target-unit is not for classification"),
        (EXTRAPOLATION, {"outlier_rate": 0.05}, "--outlier-rate is not for extrapolation"),
        (EXTRAPOLATION, {"target_unit": "*/ int x;"}, "target-unit"),
    ],
)
def test_a_setting_of_another_project_type_is_refused(task, settings, words):
    with pytest.raises(InputError, match=words.replace("*", r"\*")):
        TASKS[task].with_settings(**settings)


@pytest.mark.parametrize(
    ("task", "words"),
    [(OUTLIER, "read_normal"), (EXTRAPOLATION, "read_targets")],
)
def test_data_of_another_project_type_are_refused(task, words):
    with pytest.raises(InputError, match=words):
        search(samples.labelled(), task=task, candidates=1)


def test_targets_are_no_classes():
    values, label = samples.signals()
    data = label_targets(Signals.from_array(values), samples.FREQUENCIES[label])
    with pytest.raises(InputError, match="read_classes"):
        search(data, candidates=1)
