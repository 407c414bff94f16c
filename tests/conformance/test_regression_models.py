"""What every model of a continuous target must keep, whoever adds it."""

import inspect

import numpy as np
import pytest
from sklearn.metrics import r2_score

from kinglet.ccode import block_struct
from kinglet.host import predict
from kinglet.record import CTYPE_BYTES, EXTRAPOLATION, block_bytes, models
from tests.conformance.problems import hills, slope

MODELS = [model for model in models() if EXTRAPOLATION in model.tasks]
ALL = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
pytestmark = pytest.mark.filterwarnings("error")

# Which methods learn a line of 24 inputs from 300 lines, and which learn what is no line.
STRAIGHT = ("linear_regression", "mlp_regression")
BENT = ("kernel_regression", "mlp_regression", "prototype_regression", "tree_regression")


def methods(model):
    """The default configuration, by each method that the model has."""
    choices = [p.choices for p in model.parameters if p.name == "method"]
    return [model.complete({"method": m}) for m in (choices[0] if choices else ())] or [
        model.complete({})
    ]


def configs(model, drawn=2):
    """Every method, and a few drawn configurations."""
    rng = np.random.default_rng(7)
    return [*methods(model), *(model.complete(model.draw(rng)) for _ in range(drawn))]


def fitted_on(model, config, x, y, seed=0):
    """Fit, and the function that runs the C over lines."""
    fitted = model.fit(config, x, y, 1, seed)
    return fitted, lambda lines: predict(model, config, fitted, lines, 1)


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
    known = {parameter.name: parameter for parameter in model.parameters}
    for parameter in model.parameters:
        assert parameter.doc.endswith(".") and parameter.check(parameter.default)
        assert all(parameter.check(parameter.draw(rng)) for _ in range(20))
        if parameter.condition is not None:
            other, values = parameter.condition
            assert all(known[other].check(value) for value in values)
    assert inspect.getdoc(type(model))


@ALL
def test_block_has_every_field(model):
    for x, y in (slope(), (slope()[0], np.zeros(300))):
        for config in configs(model):
            block = model.block(config, model.fit(config, x, y, 1, 0))
            assert set(block) == {item.name for item in model.fields}
            assert all(np.size(block[item.name]) for item in model.fields)  # C has no empty table
            block_struct(model, block)  # every value converts to its C type


@ALL
@pytest.mark.parametrize(("n", "n_inputs"), [(300, 24), (20, 4), (40, 128)])
def test_values_equal_the_oracle(model, n, n_inputs):
    x, y = slope(n, n_inputs)
    relative, absolute = model.tolerance
    for config in configs(model):
        fitted, run = fitted_on(model, config, x, y)
        for lines in (x, probing(n_inputs)):
            got, expected = run(lines), model.oracle(config, fitted, lines)
            assert got.shape == expected.shape == (len(lines), 1)
            allowed = relative * np.abs(expected) + absolute
            assert (np.abs(got - expected) <= allowed).all(), (
                f"{config}: {np.abs(got - expected).max()}"
            )


@ALL
@pytest.mark.parametrize(("n", "n_inputs"), [(300, 24), (24, 128)])
def test_any_input_gives_a_finite_value(model, n, n_inputs):
    x, y = slope(n, n_inputs)
    far = [s * v for v in (0.0, 5.0, 10.0, 1e6, 1e18) for s in (1, -1)]
    extreme = np.stack([np.full(n_inputs, v) for v in far])
    odd = np.arange(n_inputs) % 2
    mixed = np.stack([np.where(odd, v, -1e-30) for v in (1e6, 1e18, -1e18)])
    one = 1e18 * np.eye(n_inputs)[:3]
    lines = np.concatenate([extreme, mixed, one]).astype(np.float32)
    for config in configs(model):
        assert np.isfinite(fitted_on(model, config, x, y)[1](lines)).all(), config


@ALL
def test_same_seed_same_model_and_batch_does_not_matter(model):
    x, y = hills()
    for config in configs(model):
        first, run = fitted_on(model, config, x, y, seed=2**32 - 1)
        second = model.fit(config, x.copy(), y.copy(), 1, 2**32 - 1)
        assert first.keys() == second.keys()
        assert all(first[name].tobytes() == second[name].tobytes() for name in first)
        before = x.copy()
        whole = run(x)
        assert whole.tobytes() == run(x).tobytes()
        assert whole[3:4].tobytes() == run(x[3:4]).tobytes()
        assert before.tobytes() == x.tobytes(), "the input was written to"


@ALL
def test_bytes_are_what_was_promised_before_the_fit(model):
    x, y = slope(960, 48, noise=1.0)  # enough to fill every tree and to have every centre
    for config in configs(model, 4):
        promised = model.typical_bytes(config, x.shape[1], 1)
        actual = block_bytes(model, model.block(config, model.fit(config, x, y, 1, 0)))
        assert 0.8 * promised <= actual <= 1.2 * promised, f"{config}: {actual}, not {promised}"


@ALL
def test_few_lines_need_no_more_bytes_than_promised(model):
    x, y = slope(20, 48)
    for config in configs(model):
        promised = model.typical_bytes(config, x.shape[1], 1)
        fitted = model.fit(config, x, y, 1, 0)
        assert block_bytes(model, model.block(config, fitted)) <= 1.2 * promised


@pytest.mark.parametrize("name", STRAIGHT)
def test_a_line_is_learned(name):
    (x, y), (new, truth) = slope(), slope(seed=1)
    for config in methods(models()[name]):
        _, run = fitted_on(models()[name], config, x, y)
        assert r2_score(truth, run(new)[:, 0]) > 0.95, config


@ALL
def test_whatever_is_drawn_learns_something_of_a_line(model):
    (x, y), (new, truth) = slope(n_inputs=4), slope(n_inputs=4, seed=1)
    for config in configs(model, 5):
        _, run = fitted_on(model, config, x, y)
        assert r2_score(truth, run(new)[:, 0]) > 0.5, config


@pytest.mark.parametrize("name", BENT)
def test_what_is_no_line_is_learned_better_than_by_a_line(name):
    (x, y), (new, truth) = hills(600), hills(seed=1)
    linear = models()["linear_regression"]
    line = r2_score(truth, fitted_on(linear, linear.complete({}), x, y)[1](new)[:, 0])
    for config in methods(models()[name]):
        _, run = fitted_on(models()[name], config, x, y)
        assert r2_score(truth, run(new)[:, 0]) > line + 0.25, config


@ALL
@pytest.mark.parametrize(("n", "n_inputs"), [(20, 4), (30, 128), (1500, 4)])
def test_few_lines_many_lines_and_more_features_than_lines(model, n, n_inputs):
    x, y = slope(n, n_inputs)
    for config in methods(model):
        _, run = fitted_on(model, config, x, y)
        assert r2_score(y, run(x)[:, 0]) > 0.3, config


@ALL
@pytest.mark.parametrize("value", (0.0, -1.25))
def test_a_constant_target_gives_that_constant(model, value):
    x, _ = slope(100)
    for config in configs(model):
        _, run = fitted_on(model, config, x, np.full(len(x), value))
        out = run(np.concatenate([x, probing(x.shape[1])]))
        np.testing.assert_allclose(out, value, atol=1e-5, err_msg=str(config))


@ALL
def test_features_without_information_do_no_harm(model):
    x, y = slope(n_inputs=6)
    new, truth = slope(n_inputs=6, seed=1)

    def more(lines):  # twice, and never
        return np.concatenate([lines, lines[:, :2], np.zeros((len(lines), 3), np.float32)], axis=1)

    for config in configs(model):
        few = r2_score(truth, fitted_on(model, config, x, y)[1](new)[:, 0])
        many = r2_score(truth, fitted_on(model, config, more(x), y)[1](more(new))[:, 0])
        assert many > few - 0.1, config
        _, run = fitted_on(model, config, np.zeros_like(x), y)
        np.testing.assert_allclose(run(np.zeros_like(x)), y.mean(), atol=0.2)


def test_a_wild_line_bends_a_support_vector_machine_least():
    x, y = slope(100, n_inputs=6)
    new, truth = slope(n_inputs=6, seed=1)
    x = np.concatenate([x, np.full((1, 6), 3.0, np.float32)])
    y = np.append(y, -10.0)
    model = models()["linear_regression"]
    score = {
        config["method"]: r2_score(truth, fitted_on(model, config, x, y)[1](new)[:, 0])
        for config in methods(model)
    }
    assert score.pop("svr") > max(0.97, *score.values())


@ALL
def test_cost_and_scratch_need_no_fit_and_grow_with_the_inputs(model):
    for config in configs(model):
        cost = [model.cost(config, {}, n, 1) for n in (8, 64, 128)]
        assert 0 < cost[0] <= cost[1] <= cost[2]
        if model.name != "tree_regression":  # a tree looks at a few of its inputs
            assert cost[0] < cost[1] < cost[2]
        assert model.scratch(config, 64, 1) >= 0
