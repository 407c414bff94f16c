"""What cannot be converted is told by name; models of strangers read no files and stay small."""

import importlib
import os

import numpy as np
import onnx
import pytest
from onnx import TensorProto, external_data_helper, helper
from typer.testing import CliRunner

from kinglet.cli import app
from kinglet.convert import convert_file
from kinglet.convert import onnx as reader
from kinglet.convert.onnx import model as reading
from kinglet.errors import InputError
from kinglet.record import Shape
from tests.convert import graphs
from tests.convert.graphs import Net, weights

SHAPE = Shape(16, 3)


def two_branches() -> Net:
    net = Net(48).dense(48, 48)
    before = net.tensor
    return net.op("Relu").op("Add", before)


def used_again() -> Net:
    net = Net(48).dense(48, 48)
    before = net.tensor
    net.op("Relu").tensor = before
    return net.op("Tanh").dense(1, 48)


REFUSED = {
    "unknown": (Net(48).op("Erf").dense(1, 48), r"node 'Erf_0' \(Erf\).*what can be is Add,.*Conv"),
    "branches": (two_branches(), r"\(Add\).*two tensors"),
    "used_again": (used_again(), r"\(Tanh\).*already used.*without branches"),
    "recurrent": (
        Net(16, 3).op("GRU", weights(1, 6, 3), weights(1, 6, 2), hidden_size=2).head(4),
        r"\(GRU\) cannot be converted",
    ),
    "both_dimensions": (Net(1, 16, 3).conv(2, 1, 3, 2), "moves along two dimensions"),
    "three_dimensions": (Net(1, 1, 16, 3).conv(2, 1, 1, 3, 1), "3 dimensions"),
    "pool_of_padding": (
        Net(3, 16).op("MaxPool", kernel_shape=[1], pads=[1, 0], strides=[3]).head(18),
        "padding alone",
    ),
    "softmax_of_samples": (Net(16, 3).op("Softmax", axis=2), r"\(Softmax\).*not over all"),
    "weights_of_the_signal": (Net(16, 3).op("MatMul", "signal"), r"\(MatMul\)"),
    "slopes": (Net(48).op("PRelu", weights(48)).dense(1, 48), r"\(PRelu\).*one slope"),
    "division": (Net(48).op("Div", before=(weights(48),)).dense(1, 48), r"\(Div\)"),
    "division_by_0": (Net(48).op("Div", np.float32(0)).dense(1, 48), "divides by 0"),
    "does_not_fit": (Net(48).dense(1, 47), r"\(Gemm\).*does not fit"),
    "dynamic": (Net(48).op("DynamicQuantizeLinear", outputs=3), "DynamicQuantizeLinear"),
    "wide_pads": (Net(3, 16).conv(2, 3, 3, pads=[2**40, 0]), "too large"),
    "many_values": (Net(3, 16).conv(2**17, 3, 3), "too large"),
    "huge_pad": (Net(48).op("Pad", np.array([0, 0, 0, 2**40]), np.float32(0)), "too many values"),
    "groups": (Net(3, 16).conv(4, 3, 3).op("Conv", weights(4, 2, 3), group=1), "or groups"),
    "each_sample": (Net(16, 3).op("MatMul", weights(2, 5)), "weights are for 2 values, not for 3"),
    "norm": (Net(48).op("Normalizer", domain="ai.onnx.ml", norm="L3"), "MAX, L1 and L2"),
    "negative_stride": (Net(3, 16).conv(2, 3, 3, strides=[-1]), "1 or more"),
    "sizes": (Net(17, 3).head(51), r"\(open, 17, 3\).*16 samples of 3 axes.*--length"),
    "batch": (Net(48, batch=8).dense(1, 48), "8 signals at once"),
    "no_batch": (Net(batch=48).op("Relu"), "no batch dimension"),
    "open": (Net("a", "b").op("Flatten").op("Relu"), "fixed sizes"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(name):
    net, reason = REFUSED[name]
    with pytest.raises(InputError, match=reason):
        reader.read(net.model(), SHAPE)


def test_classes_and_task():
    model = Net(48).dense(3, 48).model()
    with pytest.raises(InputError, match="--classes names 2 classes, but the model tells 3"):
        reader.read(model, SHAPE, classes=["a", "b"])
    with pytest.raises(InputError, match="gives 3 values: extrapolation"):
        reader.read(model, SHAPE, task="extrapolation")
    with pytest.raises(InputError, match="for classification or extrapolation"):
        reader.read(model, SHAPE, task="outlier")


def test_values_that_are_rounded_to_16_bits():
    net = Net(48).op("QuantizeLinear", np.float32(0.1), np.int16(0))
    net.op("DequantizeLinear", np.float32(0.1), np.int16(0))
    with pytest.raises(InputError, match="int16 steps; int8 and uint8 can be"):
        reader.read(net.dense(1, 48).model(), SHAPE)


def test_two_inputs_and_two_outputs():
    net = Net(48).dense(3, 48).op("Relu")
    model = net.model("tensor_0", "tensor_1")
    with pytest.raises(InputError, match="gives 2 tensors of numbers"):
        reader.read(model, SHAPE)
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))
    with pytest.raises(InputError, match=r"2 inputs \(signal, more\)"):
        reader.read(model, SHAPE)


def test_without_the_package_it_is_said_how_to_install_it(monkeypatch):
    def missing(name):
        raise ImportError

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(InputError, match=r"pip install 'kinglet\[onnx\]'"):
        reader.load("model.onnx", SHAPE)


def test_files_that_are_none(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        reader.load(tmp_path / "model.onnx", SHAPE)
    (tmp_path / "model.onnx").write_bytes(os.urandom(300))
    with pytest.raises(InputError, match="not an ONNX model"):
        reader.load(tmp_path / "model.onnx", SHAPE)
    (tmp_path / "model.onnx").write_bytes(b"")
    with pytest.raises(InputError, match="not a valid ONNX model"):
        reader.load(tmp_path / "model.onnx", SHAPE)


def test_size_is_bounded(tmp_path, monkeypatch):
    onnx.save(Net(48).dense(3, 48).model(), tmp_path / "model.onnx")
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    with pytest.raises(InputError, match="larger than"):
        reader.load(tmp_path / "model.onnx", SHAPE)


def beside(folder, location: str) -> onnx.ModelProto:
    """A model whose weights lie in another file."""
    model = Net(48).dense(3, 48).model()
    external_data_helper.convert_model_to_external_data(
        model, location="weights.bin", size_threshold=0
    )
    (folder / "models").mkdir()
    onnx.save(model, folder / "models" / "model.onnx")
    model = onnx.load(folder / "models" / "model.onnx", load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    (folder / "models" / "model.onnx").write_bytes(model.SerializeToString())
    return folder / "models" / "model.onnx"


def test_weights_in_a_file_beside(tmp_path):
    graph, _ = reader.load(beside(tmp_path, "weights.bin"), SHAPE)
    inside, _ = reader.read(Net(48).dense(3, 48).model(), SHAPE)
    for one, other in zip(graph.nodes, inside.nodes, strict=True):
        for name, array in one.arrays.items():
            np.testing.assert_array_equal(array, other.arrays[name])


@pytest.mark.parametrize("place", ["../weights.bin", "{}/weights.bin", "link.bin", "other.bin", ""])
def test_no_file_elsewhere_is_read(tmp_path, place):
    path = beside(tmp_path, place.format(tmp_path))
    (path.parent / "weights.bin").rename(tmp_path / "weights.bin")
    (path.parent / "link.bin").symlink_to(tmp_path / "weights.bin")
    with pytest.raises(InputError, match="not a file in its folder"):
        reader.load(path, SHAPE)


@pytest.mark.parametrize(("key", "value"), [("length", str(2**40)), ("offset", "-4")])
def test_place_in_the_file_is_checked(tmp_path, key, value):
    path = beside(tmp_path, "weights.bin")
    model = onnx.load(path, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == key:
                entry.value = value
    path.write_bytes(model.SerializeToString())
    with pytest.raises(InputError, match="more than 64 MB, or of none"):
        reader.load(path, SHAPE)


def test_command_as_a_user_runs_it(tmp_path):
    onnx.save(graphs.keras_like(), tmp_path / "model.onnx")
    arguments = ["convert", str(tmp_path / "model.onnx"), "--axes", "3", "--length", "32"]
    out = tmp_path / "out"
    run = CliRunner().invoke(app, [*arguments, "--out", str(out), "--classes", "a,b,c,d"])
    assert run.exit_code == 0, run.output
    assert {path.name for path in out.iterdir()} == {"library.zip", "result.json"}
    run = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "no"), "--classes", "a"])
    assert run.exit_code != 0 and not (tmp_path / "no").exists()


def test_nothing_is_written_for_a_model_that_cannot_be_converted(tmp_path):
    onnx.save(REFUSED["unknown"][0].model(), tmp_path / "model.onnx")
    with pytest.raises(InputError, match="Erf"):
        convert_file(tmp_path / "model.onnx", tmp_path / "out", axes=3, length=16)
    assert not (tmp_path / "out").exists()


def test_damaged_files_are_refused_or_read(tmp_path):
    whole = graphs.keras_like().SerializeToString()
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        data = bytearray(whole)
        for place in rng.integers(len(data), size=rng.integers(1, 4)):
            data[place] = rng.integers(256)
        (tmp_path / "model.onnx").write_bytes(data)
        try:
            reader.load(tmp_path / "model.onnx", Shape(32, 3))
        except InputError:
            refused += 1
    assert 30 < refused < 300


def test_numbers_that_are_not_finite():
    net = Net(48).op("MatMul", np.full((48, 1), np.nan, np.float32))
    with pytest.raises(InputError, match="dense of the model holds numbers that are not finite"):
        reader.read(net.model(), SHAPE)
    with pytest.raises(InputError, match="not finite"):
        reader.read(Net(48).op("LeakyRelu", alpha=np.inf).dense(1, 48).model(), SHAPE)


def test_as_many_axes_as_samples_are_said():
    _, said = reader.read(Net(4, 4).head(16).model(), Shape(4, 4))
    assert "samples are taken to come first" in said[0]


def test_int8_weights_of_float_values_are_said():
    steps = (weights(3, 48) * 100).astype(np.int8)
    net = Net(48)
    net.nodes.append(
        helper.make_node(
            "DequantizeLinear", [net.constant(steps), net.constant(np.float32(0.01))], ["w"]
        )
    )
    graph, said = reader.read(net.op("Gemm", "w", transB=1).op("Softmax").model(), SHAPE)
    assert [node.name for node in graph.nodes] == ["dense", "probabilities"]
    assert "become float32" in said[0]
