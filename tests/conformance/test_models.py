"""What every model that tells classes apart must keep, whoever adds it."""

import inspect

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from kinglet.ccode import block_struct
from kinglet.host import predict
from kinglet.record import CLASSIFICATION, CTYPE_BYTES, block_bytes, models
from tests.conformance.problems import blobs

ALL = pytest.mark.parametrize(
    "model", [m for m in models() if CLASSIFICATION in m.tasks], ids=lambda model: model.name
)
CLASSES = pytest.mark.parametrize("n_classes", (2, 3, 10, 40))
pytestmark = pytest.mark.filterwarnings("error")


def configs(model, drawn=3):
    """The default and a few drawn configurations."""
    rng = np.random.default_rng(7)
    return [model.complete({}), *(model.complete(model.draw(rng)) for _ in range(drawn))]


def fitted_on(model, config, x, y, n_classes, seed=0):
    """Fit, and the function that runs the C over lines."""
    fitted = model.fit(config, x, y, n_classes, seed)
    return fitted, lambda lines: predict(model, config, fitted, lines, n_classes)


def probing(n_inputs, seed=1):
    """Lines near and far from any training line."""
    rng = np.random.default_rng(seed)
    size = rng.choice([0.3, 1.0, 3.0], size=(60, 1))
    return np.clip(size * rng.normal(size=(60, n_inputs)), -5, 5).astype(np.float32)


@ALL
def test_record_says_all_that_people_and_search_need(model):
    assert model.title and model.doc.endswith(".") and model.source
    assert f"kn_{model.name}(" in model.header().read_text()
    assert len({item.name for item in model.fields}) == len(model.fields)
    for item in model.fields:
        assert item.ctype in CTYPE_BYTES and item.doc
    rng = np.random.default_rng(0)
    for parameter in model.parameters:
        assert parameter.doc.endswith(".") and parameter.check(parameter.default)
        assert all(parameter.check(parameter.draw(rng)) for _ in range(20))
    assert inspect.getdoc(type(model))


@ALL
def test_block_has_every_field(model):
    x, y = blobs(4)
    for config in configs(model):
        block = model.block(config, model.fit(config, x, y, 4, 0))
        assert set(block) == {item.name for item in model.fields}
        assert all(np.size(block[item.name]) for item in model.fields)  # C has no empty table
        block_struct(model, block)  # every value converts to its C type


@ALL
@CLASSES
def test_probabilities_equal_the_oracle(model, n_classes):
    x, y = blobs(n_classes, lines=20)
    relative, absolute = model.tolerance
    for config in configs(model):
        fitted, run = fitted_on(model, config, x, y, n_classes)
        for lines in (x, probing(x.shape[1])):
            got, expected = run(lines), model.oracle(config, fitted, lines)
            assert got.shape == expected.shape == (len(lines), n_classes)
            allowed = relative * np.abs(expected) + absolute
            assert (np.abs(got - expected) <= allowed).all(), np.abs(got - expected).max()
            first, second = np.sort(expected, axis=1)[:, -2:].T[::-1]
            clear = first - second > 2 * absolute + relative
            assert (got.argmax(axis=1) == expected.argmax(axis=1))[clear].all()


@ALL
@CLASSES
def test_probabilities_are_finite_and_sum_to_one(model, n_classes):
    x, y = blobs(n_classes, lines=20)
    extreme = np.stack([np.full(x.shape[1], v) for v in (0, 5, -5, 10, -10, 1e6, -1e6)])
    mixed = np.where(np.arange(x.shape[1]) % 2, 1e6, -1e-30)[None]
    lines = np.concatenate([x, probing(x.shape[1]), extreme, mixed]).astype(np.float32)
    for config in configs(model):
        _, run = fitted_on(model, config, x, y, n_classes)
        out = run(lines)
        assert np.isfinite(out).all() and (out >= 0).all()
        np.testing.assert_allclose(out.sum(axis=1), 1, atol=1e-5)


@ALL
def test_same_seed_same_model_and_batch_does_not_matter(model):
    x, y = blobs(5)
    for config in configs(model):
        first, run = fitted_on(model, config, x, y, 5, seed=2**32 - 1)
        second = model.fit(config, x.copy(), y.copy(), 5, 2**32 - 1)
        assert first.keys() == second.keys()
        assert all(first[name].tobytes() == second[name].tobytes() for name in first)
        before = x.copy()
        whole = run(x)
        assert whole.tobytes() == run(x).tobytes()
        assert whole[3:4].tobytes() == run(x[3:4]).tobytes()
        assert before.tobytes() == x.tobytes(), "the input was written to"


@ALL
@pytest.mark.parametrize("n_classes", (2, 6, 10))
def test_bytes_are_what_was_promised_before_the_fit(model, n_classes):
    # Noisy enough to fill every tree, lines enough for every centre.
    x, y = blobs(n_classes, lines=960 // n_classes, n_inputs=48, noise=3.0)
    for config in configs(model):
        promised = model.typical_bytes(config, x.shape[1], n_classes)
        actual = block_bytes(model, model.block(config, model.fit(config, x, y, n_classes, 0)))
        assert 0.8 * promised <= actual <= 1.2 * promised, f"{config}: {actual}, not {promised}"


@ALL
def test_few_lines_need_no_more_bytes_than_promised(model):
    x, y = blobs(10, lines=4)
    for config in configs(model):
        promised = model.typical_bytes(config, x.shape[1], 10)
        fitted = model.fit(config, x, y, 10, 0)
        assert block_bytes(model, model.block(config, fitted)) <= 1.2 * promised


@ALL
@CLASSES
def test_separable_classes_are_learned(model, n_classes):
    x, y = blobs(n_classes, lines=30, noise=0.3)
    new, truth = blobs(n_classes, lines=10, noise=0.3, seed=1)
    for config in configs(model):
        _, run = fitted_on(model, config, x, y, n_classes)
        assert balanced_accuracy_score(truth, run(new).argmax(axis=1)) > 0.9, config


@ALL
def test_ten_lines_a_class_are_enough(model):
    x, y = blobs(6, lines=10, n_inputs=64, noise=0.3)
    new, truth = blobs(6, lines=20, n_inputs=64, noise=0.3, seed=1)
    _, run = fitted_on(model, model.complete({}), x, y, 6)
    assert balanced_accuracy_score(truth, run(new).argmax(axis=1)) > 0.9


@ALL
@pytest.mark.parametrize("rare", (1, 2))
def test_a_class_with_a_line_or_two_is_still_a_class(model, rare):
    x, y = blobs(4, lines=[40, rare, 40, 40], noise=0.1)
    new, truth = blobs(4, lines=10, noise=0.1, seed=1)
    _, run = fitted_on(model, model.complete({}), x, y, 4)
    recall = np.mean(run(new).argmax(axis=1)[truth == 1] == 1)
    assert recall > 0.5


@ALL
def test_classes_weigh_the_same_however_many_lines_they_have(model):
    x, y = blobs(2, lines=[400, 20], n_inputs=4, noise=1.2)
    new, truth = blobs(2, lines=200, n_inputs=4, noise=1.2, seed=1)
    _, run = fitted_on(model, model.complete({}), x, y, 2)
    found = run(new).argmax(axis=1)
    assert np.mean(found[truth == 1] == 1) > 0.35  # unweighted, scikit-learn's find 0.26 at most


@ALL
def test_a_class_without_lines_is_never_found(model):
    x, y = blobs(4)
    kept = y != 2
    for config in configs(model):
        _, run = fitted_on(model, config, x[kept], y[kept], 4)
        assert run(np.concatenate([x, probing(x.shape[1])]))[:, 2].max() < 1e-6


@ALL
def test_features_without_information_do_no_harm(model):
    x, y = blobs(3, lines=30, noise=0.3)
    x = np.concatenate([x, x[:, :4], np.zeros((len(x), 3), np.float32)], axis=1)  # twice, never
    for config in configs(model):
        _, run = fitted_on(model, config, x, y, 3)
        assert balanced_accuracy_score(y, run(x).argmax(axis=1)) > 0.9
        _, run = fitted_on(model, config, np.zeros_like(x), y, 3)
        assert np.ptp(run(np.zeros_like(x)), axis=0).max() == 0


@ALL
def test_varied_input_gives_varied_output(model):
    x, y = blobs(5)
    for config in configs(model):
        _, run = fitted_on(model, config, x, y, 5)
        out = run(probing(x.shape[1]))
        assert (out.std(axis=0) > 1e-3).all()
        assert len(np.unique(out.argmax(axis=1))) >= 3


@ALL
def test_cost_and_scratch_need_no_fit_and_grow_with_the_classes(model):
    for config in configs(model):
        cost = [model.cost(config, {}, 64, n) for n in (2, 10, 40)]
        assert 0 < cost[0] < cost[1] < cost[2]
        assert model.cost(config, {}, 128, 10) >= cost[1]
        assert model.scratch(config, 64, 10) >= 0
