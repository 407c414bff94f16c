"""Converted networks on emulated cores: the bits of the emulator, float and int8."""

import numpy as np
import pytest
from onnxruntime import quantization

from kinglet import board
from kinglet.ccode import Names
from kinglet.convert import Graph
from kinglet.convert import onnx as reader
from kinglet.library.build import compile_sources
from kinglet.library.sources import make_sources
from kinglet.library.timing import run_on_board
from kinglet.record import Shape
from kinglet.tasks import TASKS
from kinglet.toolchain import CORES, Optimise
from tests.convert import graphs, models
from tests.convert.graphs import Net

pytestmark = [
    pytest.mark.target,
    pytest.mark.skipif(
        board.unavailable_reason() is not None, reason=str(board.unavailable_reason())
    ),
]
SHAPE = Shape(32, 3)
CORES_AND_SIGNALS = {"cortex-m0": 6, "cortex-m4f": 60, "rv32imc": 6}
FORMS: tuple[Optimise, ...] = ("size", "speed")


def signals(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, *SHAPE)).astype(np.float32)


def network(name: str):
    """A graph, and its signals as it takes them."""
    if name == "keras_like":
        return graphs.keras_like(), lambda x: x
    if name == "torch_like":
        return graphs.torch_like(), lambda x: x.swapaxes(1, 2)
    net = Net(3, 32).op("Gather", np.array([2, 0, 1]), axis=1)
    net.conv(6, 3, 4, pads=[3, 1], dilations=[2], strides=[2]).op("HardSwish")
    net.op("AveragePool", kernel_shape=[3], pads=[1, 1]).conv(8, 6, 3, group=2).op("Elu")
    return net.op("GlobalMaxPool").op("Flatten").dense(3, 8).model(), lambda x: x.swapaxes(1, 2)


def converted(name: str, number: str, folder) -> Graph:
    model, turned = network(name)
    if number == "int8":
        model = graphs.quantised(
            model, turned(signals(60)), folder, per_channel=True,
            activation_type=quantization.QuantType.QInt8,
            weight_type=quantization.QuantType.QInt8,
        )  # fmt: skip
    return reader.read(model, SHAPE)[0]


@pytest.mark.parametrize("number", ["float", "int8"])
@pytest.mark.parametrize("name", ["keras_like", "torch_like", "odd"])
@pytest.mark.parametrize("core", CORES_AND_SIGNALS)
def test_core_says_what_the_emulator_says(core, name, number, tmp_path):
    graph = converted(name, number, tmp_path)
    values = signals(CORES_AND_SIGNALS[core])
    task, emulated = TASKS[graph.task], models.emulator(graph).run(values)
    sources = make_sources(graph.program(), task, Names())
    for optimise in FORMS:
        compiled = compile_sources(sources, CORES[core], None, optimise)
        run = run_on_board(compiled, sources, graph, task, CORES[core], None, values, count=False)
        assert run.returns == [0] * len(values)
        for index, said in enumerate(emulated.outputs):
            core_said = run.outputs[index][: 4 * len(said)]
            assert core_said == said.tobytes(), f"signal {index}"
    assert len(np.unique(emulated.outputs, axis=0)) > 1
