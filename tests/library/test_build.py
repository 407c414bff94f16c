"""A finished library says, bit for bit, what the search scored; and its sizes are what it takes."""

import json
import re
import zipfile

import numpy as np
import pytest

from kinglet.costs import CostModel
from kinglet.errors import InputError, ToolchainError
from kinglet.library import Emulator, build
from kinglet.library.package import files
from kinglet.pipeline import Pipeline, make_plan
from kinglet.pipeline.spec import model, selector, step
from kinglet.record import EXTRAPOLATION, steps
from kinglet.search import blocks
from kinglet.tasks import TASKS
from kinglet.toolchain import CORES, compile_object, compile_wasm, inspect_object
from tests import anomaly_samples, samples


@pytest.fixture(scope="module", params=samples.MODELS)
def library(request):
    return samples.library(request.param)


def test_emulator_says_what_the_search_scored(library):
    values, _ = samples.signals()
    expected = samples.host_outputs(library.trained.pipeline.model.name)
    assert library.emulate(values).outputs.tobytes() == expected.tobytes()


def test_prediction_bounds_the_measured_library(library):
    plan = make_plan(library.trained)
    names = sum(len(name) + 1 for name in library.trained.classes)
    n_values = library.trained.shape.length * library.trained.shape.axes
    predicted = CostModel("cortex-m4f").predict(plan, n_values, names)
    sizes = library.sizes()
    assert sizes["flash_bytes"] <= predicted.flash_bytes <= 1.25 * sizes["flash_bytes"]
    assert sizes["ram_bytes"] <= predicted.ram_bytes <= sizes["ram_bytes"] + 8
    if sizes["cycles"] is not None:
        assert predicted.cycles == pytest.approx(sizes["cycles"], rel=0.25)


def test_parameters_are_counted_to_the_byte(library):
    # `used` keeps the compiler from specialising functions, and so from dropping constants.
    keep = "-DKN_STEP=__attribute__((noinline, used)) static"
    compiled = compile_object(
        library.sources.source,
        library.core,
        headers={"NanoEdgeAI.h": library.sources.header},
        flags=[keep],
    )
    constants = {
        name: size
        for name, size in inspect_object(compiled).objects.items()
        if re.fullmatch(r"neai_\w+_\d+", name)
    }
    assert sum(constants.values()) == make_plan(library.trained).parameter_bytes()


def test_no_double_stands_in_the_source(library):
    code = re.sub(r"/\*[\s\S]*?\*/", "", library.sources.source)
    assert not re.search(r"\bdouble\b", code)
    assert not re.search(r"\d\.\d*(?:e-?\d+)?(?![\dfe.])", code), "a literal without f"


def test_same_input_same_zip(library, tmp_path):
    again = samples.library(library.trained.pipeline.model.name)
    assert (
        library.save(tmp_path / "a.zip").read_bytes() == again.save(tmp_path / "b.zip").read_bytes()
    )


def test_zip_tells_no_path_and_no_user(library, tmp_path):
    path = library.save(tmp_path / "library.zip")
    with zipfile.ZipFile(path) as file:
        content = b"".join(file.read(name) for name in file.namelist())
        assert {"libneai.a", "NanoEdgeAI.h", "metadata.json", "main.c", "neai.c"} <= set(
            file.namelist()
        )
    for word in (b"/home/", b"/root", b"/tmp/", b"kinglet-", str(tmp_path).encode()):
        assert word not in content
    assert [entry.name for entry in tmp_path.iterdir()] == ["library.zip"]


def test_speed_and_size_give_the_same_bits(library):
    quick = samples.library(library.trained.pipeline.model.name, optimise="speed")
    values, _ = samples.signals()
    assert quick.emulate(values).outputs.tobytes() == library.emulate(values).outputs.tobytes()
    assert quick.sources.identifier == library.sources.identifier


@pytest.fixture(scope="module")
def small():
    return build(samples.fitted("lda")[0], signals=samples.signals()[0])


def test_suffix_is_on_every_public_name():
    library = build(samples.fitted("lda")[0], suffix="left", signals=samples.signals()[0])
    exported = inspect_object(library.compiled).exported
    assert exported and all(name.endswith("_left") for name in exported)
    assert "#define NEAI_INPUT_SIGNAL_LENGTH_LEFT 64" in library.sources.header
    assert {"libneai_left.a", "NanoEdgeAI_left.h", "neai_left.c"} <= set(files(library))
    assert library.predict_proba(samples.signals()[0]).tobytes() == samples.fitted("lda")[1]


@pytest.mark.parametrize("suffix", ["Left", "1a", "a-b", "a_", "a__b", "init", "x" * 30])
def test_unusable_suffix_is_refused(suffix):
    with pytest.raises(InputError, match="suffix"):
        build(samples.fitted("lda")[0], suffix=suffix)


@pytest.mark.parametrize("core", sorted(CORES))
def test_every_core_compiles_and_passes_the_checks(core):
    try:
        library = build(samples.fitted("lda")[0], core=core, signals=samples.signals()[0])
    except ToolchainError as error:  # a core that the compiler cannot link for says so
        pytest.fail(str(error))
    # What is linked is the object, but for padding; helpers of the runtime are told apart.
    assert library.footprint.flash_bytes >= inspect_object(library.compiled).flash_bytes - 16
    assert (library.footprint.soft_float_bytes > 0) == (CORES[core].fpu == "none")
    assert (library.timing.cycles is None) == bool(library.timing.reason)


@pytest.mark.parametrize("abi", ["hard", "softfp", "soft"])
def test_float_conventions(abi):
    library = build(samples.fitted("lda")[0], abi=abi, signals=samples.signals()[0])
    facts = inspect_object(library.compiled)
    assert facts.vfp_arguments == (abi == "hard")
    assert (facts.fp_arch != 0) == (abi != "soft")


def test_refused_signals_leave_the_output_alone(small):
    values, _ = samples.signals()
    values = values[:3].copy()
    values[1, 5, 0] = np.nan
    result = small.predict_proba(values)
    assert np.isnan(result[1]).all() and not np.isnan(result[[0, 2]]).any()
    with pytest.raises(InputError, match="signal 1"):
        small.predict(values)


METADATA = {"id": "0", "task": "classification", "length": 64, "axes": 3, "classes": ["a", "b"]}


@pytest.mark.parametrize(
    "change",
    [{"task": "x"}, {"classes": 7}, {"classes": []}, {"length": None}, {"axes": 0}, {"id": 1}],
)
def test_metadata_of_a_stranger_are_checked(change, small):
    with pytest.raises(InputError, match="metadata"):
        Emulator(small.wasm, METADATA | change)


def test_an_endless_module_is_stopped():
    source = "int emulator_input(void) { for (volatile int i = 0;; i++) {} }"
    with pytest.raises(InputError, match="fuel"):
        Emulator(compile_wasm(source, exports=["emulator_input"]), METADATA)


def test_a_stranger_cannot_pose_as_a_library(tmp_path, small):
    wrong = tmp_path / "wrong.zip"
    wrong.write_bytes(b"not a zip")
    with pytest.raises(InputError, match=r"wrong\.zip"):
        Emulator.open(wrong)
    with zipfile.ZipFile(wrong, "w") as file:
        file.writestr("metadata.json", "{}")
    with pytest.raises(InputError, match="not a library"):
        Emulator.open(wrong)
    with zipfile.ZipFile(wrong, "w") as file:
        file.writestr("metadata.json", json.dumps(METADATA))
        file.writestr("emulator/neai.wasm", b"junk")
    with pytest.raises(InputError, match="cannot be loaded"):
        Emulator.open(wrong)
    with pytest.raises(InputError, match="192 values"):
        Emulator.open(small.save(tmp_path / "good.zip")).run(np.zeros((1, 32, 3), np.float32))


def test_predict_gives_what_the_project_type_asks_for():
    values, label = samples.signals()
    classes = samples.library("lda").predict(values)
    assert set(classes) <= set(samples.CLASSES) and classes.shape == label.shape
    found = samples.library("elliptic_envelope").predict(values)
    assert set(found) == {0, 1} and found[label == 2].mean() > found[label != 2].mean()
    numbers = samples.library("linear_regression").predict(values)
    assert np.corrcoef(numbers, samples.FREQUENCIES[label])[0, 1] > 0.5
    values = values[:2].copy()
    values[1] = np.inf
    with pytest.raises(InputError, match="signal 1"):
        samples.library("linear_regression").predict(values)


def test_a_library_that_learns_gives_no_classes():
    library = build(anomaly_samples.fitted("micro_clusters"), task=anomaly_samples.TASK)
    values = anomaly_samples.nominal(3)
    with pytest.raises(InputError, match="use emulate"):
        library.predict(values)
    assert library.emulate(values, pretrained=True).outputs.shape == (3, 2)


@pytest.mark.parametrize("core", ["cortex-m4f", "cortex-m0"])
@pytest.mark.parametrize("name", [record.name for record in steps() if record.kind != "vector"])
def test_every_step_alone_compiles_without_a_warning(name, core):
    """A library holds what it needs of the runtime and nothing that another step needs."""
    alone = blocks.branch(name)
    if steps()[name].kind == "signal":
        alone = (*alone, step("segment_means"))
    branches = blocks.fitting([alone], samples.SHAPE)
    if not branches:  # of samples of a stream
        branches = blocks.fitting(blocks.raw(samples.SHAPE), samples.SHAPE)
    pipeline = Pipeline(
        branches, step("scale"), selector("forward", count=8), model("linear_regression")
    )
    library = build(samples.fit_pipeline(pipeline)[0], task=TASKS[EXTRAPOLATION], core=core)
    assert library.sizes()["flash_bytes"] > 0
