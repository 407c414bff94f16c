"""The C of every layer says what its oracle in NumPy says; the cores run the same models."""

import numpy as np
import pytest

from kinglet.convert import layers
from tests.convert import models
from tests.target import test_converted as estimators
from tests.target import test_converted_onnx as networks

NETWORKS = (("odd", "float"), ("keras_like", "int8"))


def check(graph, x, optimise="size"):
    said = models.emulator(graph, optimise).run(x).outputs
    wanted = graph.oracle(x)
    assert wanted.std(axis=0).max() > 1e-3, "signals are told apart"
    np.testing.assert_allclose(said, wanted, rtol=3e-5, atol=3e-5)


@pytest.mark.parametrize(("kind", "name", "optimise"), estimators.EACH)
def test_estimators(kind, name, optimise):
    check(models.graph(kind, name), models.signals(models.unseen()), optimise)


@pytest.mark.parametrize(("name", "number"), NETWORKS)
def test_networks(name, number, tmp_path):
    check(networks.converted(name, number, tmp_path), networks.signals(40))


def test_no_layer_is_left_out(tmp_path):
    graphs = [models.graph(kind, name) for kind, name, _ in estimators.EACH]
    graphs += [networks.converted(name, number, tmp_path) for name, number in NETWORKS]
    assert {node.name for graph in graphs for node in graph.nodes} == {one.name for one in layers()}
