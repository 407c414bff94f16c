"""A chain of layers: memory, files, identity, and layers made one."""

import numpy as np
import pytest

from kinglet.convert import Graph, Node, layers
from kinglet.convert.fuse import fuse
from kinglet.library import build
from kinglet.record import CLASSIFICATION, EXTRAPOLATION, Shape
from tests.convert import models

RNG = np.random.default_rng(0)


def dense(outputs: int, inputs: int) -> Node:
    weights = RNG.normal(size=(outputs, inputs))
    return Node("dense", arrays={"weights": weights, "bias": RNG.normal(size=outputs)})


def scaler(count: int, shift: float = 1.0) -> Node:
    gain = RNG.uniform(0.5, 2, count)
    return Node("scaler", arrays={"shift": shift * RNG.normal(size=count), "gain": gain})


RELU = Node("activation", {"kind": "relu"})


def chain(*nodes: Node, inputs: int = 12, classes: int = 3) -> Graph:
    names = tuple("abcdefgh"[:classes])
    return Graph(nodes, Shape(inputs, 1), names, CLASSIFICATION if names else EXTRAPOLATION, "")


def test_two_buffers_take_turns_and_the_end_works_in_the_output():
    graph = chain(
        dense(9, 12), RELU, dense(5, 9), RELU, dense(7, 5), dense(3, 7), Node("probabilities")
    )
    calls, floats = graph.calls()
    assert [(call.source, call.target) for call in calls] == [
        ("in", "neai_arena"),
        ("neai_arena", "neai_arena"),
        ("neai_arena", "neai_arena + 9"),
        ("neai_arena + 9", "neai_arena + 9"),
        ("neai_arena + 9", "neai_arena"),
        ("neai_arena", "out"),
        ("out", "out"),
    ]
    assert floats == 9 + 5


def test_the_input_is_left_as_it_is():
    calls, floats = chain(RELU, scaler(12), dense(3, 12)).calls()
    assert [(call.source, call.target) for call in calls] == [
        ("in", "neai_arena"),
        ("neai_arena", "neai_arena"),
        ("neai_arena", "out"),
    ]
    assert floats == 12
    calls, floats = chain(RELU, inputs=3).calls()
    assert [(call.source, call.target) for call in calls] == [("in", "out")] and floats == 0


def test_layers_that_do_not_fit_are_a_defect():
    with pytest.raises(ValueError, match="takes 8 values, not 9"):
        chain(dense(9, 12), dense(3, 8))
    with pytest.raises(ValueError, match="gives 4 values"):
        chain(dense(4, 12))


@pytest.mark.parametrize("kind", ["classifier", "regressor", "detector"])
def test_files_hold_all_of_it(kind, tmp_path):
    names = {"classifier": "svc_rbf", "regressor": "forest", "detector": "isolation"}
    graph = models.graph(kind, names[kind])
    graph.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"model.json", "model.npz"}
    again = Graph.load(tmp_path)
    x = models.signals(models.unseen())
    first, second = models.emulator(graph), models.emulator(again)
    assert first.metadata == second.metadata
    np.testing.assert_array_equal(first.run(x).outputs, second.run(x).outputs)


def test_identity_changes_with_one_weight():
    graph = models.graph("regressor", "linear")
    arrays = {name: array.copy() for name, array in graph.nodes[0].arrays.items()}
    arrays["weights"][0, 5] *= 1 + 1e-6
    other = Graph(
        (Node("dense", arrays=arrays),), graph.shape, (), graph.task, graph.origin, graph.output
    )
    identity = models.emulator(graph).metadata["id"]
    assert identity == models.emulator(models.graph("regressor", "linear")).metadata["id"]
    assert identity != models.emulator(other).metadata["id"]


@pytest.mark.parametrize(
    ("nodes", "left"),
    [
        ([scaler(12), dense(5, 12)], ["dense"]),
        ([scaler(12), scaler(12), dense(5, 12), scaler(5)], ["dense"]),
        ([dense(2, 12), dense(5, 2)], ["dense", "dense"]),  # together they would be larger
        ([dense(9, 12), dense(5, 9), scaler(5), RELU], ["dense", "activation"]),
        ([scaler(12, shift=100.0), dense(5, 12)], ["scaler", "dense"]),  # digits would be lost
    ],
)
def test_layers_made_one_say_the_same(nodes, left):
    fused = fuse(nodes)
    assert [node.name for node in fused] == left
    x = RNG.normal(size=(20, 12))
    said = [x, x]
    for index, way in enumerate((nodes, fused)):
        for node in way:
            said[index] = node.layer.oracle(node.settings, node.arrays, said[index])
    np.testing.assert_allclose(said[0], said[1], atol=1e-9)


@pytest.mark.parametrize("optimise", ["size", "speed"])
def test_a_forest_in_the_form_that_was_asked_for(optimise):
    graph = models.graph("classifier", "forest")
    library = build(graph.program(optimise), optimise=optimise)
    other = build(graph.program("speed" if optimise == "size" else "size"), optimise=optimise)
    if optimise == "size":
        assert library.sizes()["flash_bytes"] < other.sizes()["flash_bytes"]
    else:
        assert library.sizes()["cycles"] < other.sizes()["cycles"]


def test_every_layer_says_what_it_is():
    for layer in layers():
        assert layer.title and layer.doc and layer.header().is_file()
