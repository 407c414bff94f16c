"""ONNX of scikit-learn: tree ensembles, linear models and networks of ai.onnx.ml."""

import numpy as np
import pytest
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier

from kinglet.convert import onnx as reader
from kinglet.errors import InputError
from tests.convert import graphs, models
from tests.convert.graphs import Net

LABELLED = [
    *(
        ("classifier", name)
        for name in (
            "logistic", "discriminant", "mlp_relu", "mlp_tanh", "tree", "forest", "extra_trees",
            "boosted",
        )
    ),
    *(("two", name) for name in ("logistic", "mlp", "boosted")),
]  # fmt: skip
NAMES = ("linear", "ridge", "pls", "linear_svr", "mlp", "tree", "forest", "extra_trees", "boosted")


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(("kind", "name"), LABELLED)
def test_classifier(kind, name, zipped):
    x, estimator = models.unseen(), models.fitted(kind, name)
    model = to_onnx(estimator, x[:1], options={"zipmap": zipped})
    graph, said = reader.read(model, models.SHAPE)
    assert graph.classes == tuple(str(int(each)) for each in estimator.classes_) and not said
    outputs = models.emulator(graph).run(models.signals(x)).outputs
    labels, probabilities = graphs.runtime(model, x)
    if zipped:
        probabilities = [list(each[0].values()) for each in probabilities]
    same = estimator.classes_.astype(int)[outputs.argmax(axis=1)] == np.ravel(labels).astype(int)
    assert same.all()
    np.testing.assert_allclose(outputs, probabilities, atol=1e-6)


def test_names_of_classes():
    x, label, _ = models.data()
    words = np.array(["still", "walk", "run", "fall"])
    model = RandomForestClassifier(5, random_state=0).fit(x, words[label])
    graph, _ = reader.read(to_onnx(model, x[:1]), models.SHAPE)
    assert graph.classes == ("fall", "run", "still", "walk")


@pytest.mark.parametrize("name", NAMES)
def test_regressor(name):
    x, estimator = models.unseen(), models.fitted("regressor", name)
    model = to_onnx(estimator, x[:1])
    graph, _ = reader.read(model, models.SHAPE)
    outputs = models.emulator(graph).run(models.signals(x)).outputs
    wanted = graphs.runtime(model, x)[0].reshape(-1, 1)
    np.testing.assert_allclose(outputs, wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())


TREE = {
    "nodes_treeids": [0, 0, 0, 0, 0, 1, 1, 1],
    "nodes_nodeids": [0, 1, 2, 3, 4, 0, 1, 2],
    "nodes_featureids": [7, 2, 0, 0, 0, 4, 0, 0],
    "nodes_values": [0.5, -1.25, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0],
    "nodes_truenodeids": [1, 3, 0, 0, 0, 1, 0, 0],
    "nodes_falsenodeids": [2, 4, 0, 0, 0, 2, 0, 0],
    "target_treeids": [0, 0, 0, 1, 1],
    "target_nodeids": [2, 3, 4, 1, 2],
    "target_ids": [0] * 5,
    "target_weights": [1.0, 2.5, -3.0, 10.0, 20.0],
    "n_targets": 1,
}
LEAVES = ["LEAF", "LEAF", "LEAF"]


def tree(mode: str, **changed):
    modes = [mode, mode, *LEAVES, mode, *LEAVES[:2]]
    attributes = {**TREE, "nodes_modes": modes, **changed}
    return Net(12).op("TreeEnsembleRegressor", domain="ai.onnx.ml", **attributes).model()


@pytest.mark.parametrize("aggregate", ["SUM", "AVERAGE"])
@pytest.mark.parametrize("mode", ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GT", "BRANCH_GTE"])
def test_every_comparison_at_its_threshold(mode, aggregate):
    model = tree(mode, aggregate_function=aggregate, base_values=[0.25])
    graph, _ = reader.read(model, models.SHAPE)
    x = np.zeros((27, 12), np.float32)
    steps = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3), axis=-1).reshape(-1, 3).astype(np.float32)
    for column, feature, threshold in zip(steps.T, (7, 2, 4), (0.5, -1.25, 2.0), strict=True):
        limit = np.float32(threshold)
        x[:, feature] = np.where(column, np.nextafter(limit, 9 * column), limit)
    said = models.emulator(graph).run(models.signals(x)).outputs
    wanted = graphs.runtime(model, x)[0]
    assert len(np.unique(wanted)) == 6
    np.testing.assert_allclose(said, wanted, rtol=1e-6)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"nodes_truenodeids": [1, 0, 0, 0, 0, 1, 0, 0]}, "not trees"),
        ({"nodes_truenodeids": [1, 9, 0, 0, 0, 1, 0, 0]}, "not trees"),
        ({"nodes_treeids": [0, 0, 0, 0, 0, 1, 1]}, "does not fit"),
        ({"nodes_featureids": [7, 99, 0, 0, 0, 4, 0, 0]}, "does not fit"),
        ({"target_nodeids": [0, 3, 4, 1, 2]}, "not a leaf has a weight"),
        ({"aggregate_function": "MIN"}, "SUM and AVERAGE"),
    ],
)
def test_trees_that_are_none_are_refused(changed, reason):
    with pytest.raises(InputError, match=f"TreeEnsembleRegressor.*{reason}"):
        reader.read(tree("BRANCH_LEQ", **changed), models.SHAPE)


def test_scalers_and_norms_of_lines():
    scale = {"offset": [0.5] * 12, "scale": [2.0] * 12}
    net = Net(12).op("Scaler", domain="ai.onnx.ml", **scale)
    net.op("Normalizer", domain="ai.onnx.ml", norm="L2")
    weights = {"coefficients": graphs.weights(1, 12)[0].tolist(), "intercepts": [0.1]}
    model = net.op("LinearRegressor", domain="ai.onnx.ml", **weights).model()
    graph, _ = reader.read(model, models.SHAPE)
    x = models.unseen()
    said = models.emulator(graph).run(models.signals(x)).outputs
    np.testing.assert_allclose(said, graphs.runtime(model, x)[0], rtol=1e-5, atol=1e-6)
