"""A quantised graph of ONNX says what ONNX Runtime says of it, step by step."""

import numpy as np
import pytest
from onnxruntime import quantization

from kinglet.convert import onnx as reader
from kinglet.record import Shape
from tests.convert import graphs, models
from tests.convert.graphs import Net, as_input, signals

LONGER = Shape(32, 3)


QUANTISED = [
    (form, per_channel, activations)
    for form in ("QDQ", "QOperator")
    for per_channel in (False, True)
    for activations in ("QInt8", "QUInt8")
]


@pytest.mark.parametrize("name", ["keras_like", "torch_like"])
@pytest.mark.parametrize(("form", "per_channel", "activations"), QUANTISED)
def test_quantised_networks(name, form, per_channel, activations, tmp_path):
    x = signals(LONGER)
    model = getattr(graphs, name)()
    inputs = as_input(model, x)
    model = graphs.quantised(
        model, inputs, tmp_path, form=form, per_channel=per_channel,
        activation_type=getattr(quantization.QuantType, activations),
        weight_type=quantization.QuantType.QInt8,
    )  # fmt: skip
    graph, _ = reader.read(model, LONGER)
    names = [node.name for node in graph.nodes]
    assert names.count("conv1d_int8") == 4 and "gather" not in names
    said = models.emulator(graph).run(x).outputs
    wanted = graphs.runtime(model, inputs)[0]
    if name == "torch_like":
        wanted = np.exp(wanted) / np.exp(wanted).sum(axis=1, keepdims=True)
    np.testing.assert_array_equal(said.argmax(axis=1), wanted.argmax(axis=1))
    np.testing.assert_allclose(said, wanted, atol=1 / 128)
    np.testing.assert_allclose(said, wanted, atol=1e-5)  # no rounding tie in these signals
    np.testing.assert_allclose(said, graph.oracle(x), atol=1e-5)


def test_relu_and_clip_are_bounds_of_the_steps(tmp_path):
    net = Net(3, 32).conv(6, 3, 3, pads=[1, 1]).op("Clip", np.float32(0), np.float32(0.8))
    net.op("MaxPool", kernel_shape=[2], strides=[2]).conv(4, 6, 3, group=2).op("Relu")
    model = net.op("GlobalAveragePool").op("Flatten").dense(1, 4).model()
    x = signals(LONGER)
    inputs = as_input(model, x)
    model = graphs.quantised(model, inputs, tmp_path)
    graph, _ = reader.read(model, LONGER)
    assert "activation" not in "".join(node.name for node in graph.nodes)
    said = models.emulator(graph).run(x).outputs
    np.testing.assert_allclose(said, graphs.runtime(model, inputs)[0], rtol=1e-5, atol=1e-6)
