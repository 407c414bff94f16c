"""A converted graph of ONNX says what ONNX Runtime says."""

import re
from pathlib import Path

import numpy as np
import pytest

from kinglet.convert import Graph
from kinglet.convert import onnx as reader
from kinglet.convert.onnx.reader import HANDLERS
from kinglet.record import CLASSIFICATION, EXTRAPOLATION, Shape
from tests.convert import graphs, models
from tests.convert.graphs import Net, as_input, signals, weights

SHAPE = Shape(16, 3)
LONGER = Shape(32, 3)


def check(model, shape: Shape = SHAPE, **options) -> Graph:
    """Compare the one value, or the classes and their probabilities, on every signal."""
    graph, _ = reader.read(model, shape, **options)
    x = signals(shape)
    said = models.emulator(graph).run(x).outputs
    wanted = graphs.runtime(model, as_input(model, x))[0].reshape(len(x), -1)
    if graph.task == CLASSIFICATION and wanted.shape[1] == 1:
        wanted = np.concatenate([1 - wanted, wanted], axis=1)
    assert wanted.std(axis=0).max() > 1e-3, "signals are told apart"
    size = np.abs(wanted).max()
    np.testing.assert_allclose(said, wanted, rtol=1e-5, atol=1e-5 * size)
    np.testing.assert_allclose(said, graph.oracle(x), rtol=1e-5, atol=1e-5 * size)
    return graph


CONVOLUTIONS = {
    "plain": ((7, 3, 3), {}),
    "padded": ((5, 3, 5), {"pads": [2, 2]}),
    "one_side": ((5, 3, 4), {"pads": [3, 0]}),
    "wider_than_the_signal": ((5, 3, 25), {"pads": [12, 12]}),
    "stride": ((5, 3, 4), {"strides": [3], "pads": [1, 2]}),
    "dilated": ((5, 3, 3), {"dilations": [4], "pads": [5, 4]}),
    "depthwise": ((6, 3, 5), {"group": 3, "pads": [2, 2]}),
    "same_upper": ((4, 3, 4), {"auto_pad": "SAME_UPPER", "strides": [2]}),
    "same_lower": ((4, 3, 4), {"auto_pad": "SAME_LOWER"}),
    "valid": ((4, 3, 4), {"auto_pad": "VALID"}),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolution(name):
    shape, attributes = CONVOLUTIONS[name]
    net = Net(3, 16).conv(*shape, **attributes).op("Relu").op("Flatten")
    values = count(net)
    graph = check(net.dense(1, values).model())
    assert [node.name for node in graph.nodes] == ["conv1d", "activation", "dense"]


def count(net: Net) -> int:
    """Values after the last operator."""
    line = np.zeros((1, *net.sizes[1:]), np.float32)
    return graphs.runtime(net.model(), line)[0].size


def test_groups_dilated_together():
    net = Net(3, 16).conv(8, 3, 3).conv(4, 8, 3, group=2, dilations=[2]).op("Flatten")
    check(net.dense(1, count(net)).model())


TWO_DIMENSIONAL = {
    "height_1": (Net(3, 1, 16), (5, 3, 1, 3), {"pads": [0, 1, 0, 1]}),
    "width_1": (Net(3, 16, 1), (5, 3, 3, 1), {"strides": [2, 1]}),
    "covers_the_axes": (Net(1, 16, 3), (5, 1, 4, 3), {"pads": [2, 0, 1, 0]}),
    "covers_the_axes_turned": (Net(1, 3, 16), (5, 1, 3, 4), {}),
    "each_axis": (Net(1, 16, 3), (4, 1, 5, 1), {}),
    "each_axis_turned": (Net(1, 3, 16), (4, 1, 1, 5), {"strides": [1, 2]}),
}


@pytest.mark.parametrize("name", TWO_DIMENSIONAL)
def test_convolution_of_two_dimensions_that_is_one_of_one(name):
    net, shape, attributes = TWO_DIMENSIONAL[name]
    net = Net(*net.sizes[1:]).conv(*shape, **attributes).op("Tanh").op("Flatten")
    check(net.dense(1, count(net)).model())


POOLS = {
    "max": ("MaxPool", {"kernel_shape": [3], "strides": [2]}),
    "max_padded": ("MaxPool", {"kernel_shape": [3], "strides": [2], "pads": [1, 1]}),
    "max_ceil": ("MaxPool", {"kernel_shape": [3], "strides": [2], "ceil_mode": 1}),
    "mean": ("AveragePool", {"kernel_shape": [4], "strides": [4]}),
    "mean_padded": ("AveragePool", {"kernel_shape": [4], "pads": [1, 2]}),
    "mean_same": ("AveragePool", {"kernel_shape": [5], "auto_pad": "SAME_UPPER"}),
    "mean_with_padding": (
        "AveragePool",
        {"kernel_shape": [4], "pads": [1, 2], "count_include_pad": 1},
    ),
    "all_max": ("GlobalMaxPool", {}),
    "all_mean": ("GlobalAveragePool", {}),
    "reduce": ("ReduceMean", {"axes": [2], "keepdims": 0}),
}


@pytest.mark.parametrize("name", POOLS)
def test_pooling(name):
    kind, attributes = POOLS[name]
    attributes = dict(attributes)
    after = [np.array(attributes.pop("axes"))] if "axes" in attributes else []
    net = Net(3, 16).op(kind, *after, **attributes).op("Flatten")
    check(net.dense(1, count(net)).model())


ACTIVATIONS = {
    "Relu": {},
    "LeakyRelu": {"alpha": 0.3},
    "Elu": {"alpha": 0.7},
    "Selu": {},
    "Sigmoid": {},
    "Tanh": {},
    "HardSigmoid": {"alpha": 0.4},
    "HardSwish": {},
}


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_activation(kind):
    check(Net(48).dense(20, 48).op(kind, **ACTIVATIONS[kind]).head(20).model())


def test_clip_and_prelu():
    bounds = (np.float32(-0.5), np.float32(1.0))
    net = Net(48).op("Clip", *bounds).dense(20, 48).op("PRelu", np.float32([0.25]))
    check(net.head(20).model())


def test_product_with_its_sigmoid_is_one_activation():
    net = Net(48).dense(20, 48)
    plain = net.tensor
    graph = check(net.op("Sigmoid").op("Mul", plain).head(20).model())
    assert [node.name for node in graph.nodes] == ["dense", "parametric_activation", "dense"]


NORMAL = (1 + weights(3) ** 2, weights(3, seed=3), weights(3, seed=4), 0.5 + weights(3) ** 2)


def test_normalisation_after_a_convolution_costs_nothing():
    graph = check(
        Net(3, 16).conv(3, 3, 3).op("BatchNormalization", *NORMAL).op("Relu").head(42).model()
    )
    assert [node.name for node in graph.nodes] == ["conv1d", "activation", "dense"]


def test_normalisation_before_a_padded_convolution():
    net = Net(3, 16).op("BatchNormalization", *NORMAL).conv(4, 3, 3, pads=[1, 1]).op("Relu")
    graph = check(net.head(64).model())
    assert graph.nodes[0].arrays["weights"].size == 3, "one gain a channel"


def test_normalisation_before_a_dense_layer_costs_nothing():
    net = Net(48).op("Sub", weights(48)).op("Div", 1 + weights(48, seed=2) ** 2)
    graph = check(net.op("Mul", np.float32(3)).op("Add", weights(48)).dense(1, 48).model())
    assert [node.name for node in graph.nodes] == ["dense"]


def test_arithmetic_with_the_constant_first():
    net = Net(48).dense(5, 48).op("Sub", before=(weights(5),)).op("Mul", before=(weights(5),))
    check(net.op("Tanh").head(5).model())


def test_a_gain_of_nothing():
    gain = np.float32([0, 1, 2])
    net = Net(3, 16).op("Mul", gain[:, None]).op("Add", weights(3, 1)).op("Tanh")
    check(net.head(48).model())


SHAPES = {
    "turned": Net(16, 3).op("Transpose", perm=[0, 2, 1]).op("Relu").head(48),
    "line_as_planes": Net(48).op("Reshape", np.array([0, 3, 16])).conv(4, 3, 3).head(56),
    "every_second": Net(16, 3)
    .op("Slice", np.array([1]), np.array([99]), np.array([1]), np.array([2]))
    .op("Tanh")
    .head(24),
    "backwards": Net(3, 16)
    .op("Slice", np.array([-1]), np.array([-99]), np.array([2]), np.array([-1]))
    .conv(4, 3, 3)
    .head(56),
    "one_axis": Net(3, 16).op("Gather", np.array([2, 0]), axis=1).conv(4, 2, 3).head(56),
    "squeezed": Net(1, 16, 3)
    .op("Squeeze", np.array([1]))
    .op("Unsqueeze", np.array([3]))
    .op("Identity")
    .head(48),
    "padded": Net(3, 16)
    .op("Pad", np.array([0, 0, 2, 0, 0, 0]), np.float32(0))
    .conv(4, 3, 3)
    .op("Relu")
    .head(64),
    "padded_by_ones": Net(3, 16)
    .op("Pad", np.array([0, 0, 1, 0, 0, 1]), np.float32(1))
    .conv(4, 3, 3)
    .op("Relu")
    .head(64),
    "each_sample": Net(16, 3).op("MatMul", weights(3, 5)).op("Relu").head(80),
    "open": Net("length", 3).op("Reshape", np.array([0, -1])).dense(1, 48),
}


@pytest.mark.parametrize("name", SHAPES)
def test_layout(name):
    check(SHAPES[name].model())


def test_every_operator_is_named_in_the_guide():
    page = (Path(__file__).resolve().parents[2] / "docs" / "convert.md").read_text("utf-8")
    for name in HANDLERS:
        assert name.startswith("QLinear") or re.search(rf"\b{name}\b", page), name


def test_padding_becomes_that_of_the_convolution():
    graph, _ = reader.read(SHAPES["padded"].model(), SHAPE)
    assert [node.name for node in graph.nodes] == ["conv1d", "activation", "dense"]


@pytest.mark.parametrize(
    "sizes", [(48,), (16, 3), (3, 16), (1, 16, 3), (1, 3, 16), (16, 1, 3), (3, 1, 16)]
)
def test_input_in_every_order(sizes):
    check(Net(*sizes).op("Relu").head(48).model())


@pytest.mark.parametrize("name", ["keras_like", "torch_like"])
def test_whole_networks(name, tmp_path):
    model = getattr(graphs, name)()
    if name == "torch_like":
        graph, said = reader.read(model, LONGER)
        assert said == ["the model ends without softmax: one is added"]
        model.graph.node.add(op_type="Softmax", input=[model.graph.output[0].name], output=["p"])
        model.graph.output[0].name = "p"
    graph = check(model, LONGER)
    graph.save(tmp_path)
    x = signals(LONGER)
    again = models.emulator(Graph.load(tmp_path)).run(x).outputs
    np.testing.assert_array_equal(again, models.emulator(graph).run(x).outputs)


def test_a_sigmoid_at_the_end_is_of_two_classes():
    net = Net(48).dense(6, 48).op("Relu").dense(1, 6).op("Sigmoid")
    graph = check(net.model(), classes=["good", "bad"])
    assert graph.classes == ("good", "bad")
    graph = check(net.model(), task=EXTRAPOLATION)
    assert graph.task == EXTRAPOLATION and not graph.classes


def test_one_value_is_a_target_unless_told_otherwise():
    model = Net(48).dense(1, 48).model()
    assert check(model).task == EXTRAPOLATION
    graph, said = reader.read(model, SHAPE, task=CLASSIFICATION)
    assert graph.classes == ("0", "1") and "logarithm of the odds" in said[0]
    x = signals(SHAPE)
    classes = models.emulator(graph).run(x).outputs.argmax(axis=1)
    np.testing.assert_array_equal(classes, graphs.runtime(model, as_input(model, x))[0][:, 0] > 0)
