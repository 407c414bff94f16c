"""What every model that learns on the device must keep, whoever adds it."""

import inspect

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from kinglet.ccode import block_struct
from kinglet.host import Device
from kinglet.record import ANOMALY, CTYPE_BYTES, ENDLESS, Learner, models

LEARNERS = [model for model in models() if isinstance(model, Learner)]
ALL = pytest.mark.parametrize("model", LEARNERS, ids=lambda model: model.name)
FORGETFUL = 24.0
HORIZONS = pytest.mark.parametrize("horizon", (ENDLESS, FORGETFUL), ids=("endless", "forgetful"))
LARGEST = 1e15
pytestmark = pytest.mark.filterwarnings("error")


def configs(model, drawn=2):
    """The default and a few drawn configurations.

    Where detections remember each other, what a vote makes of a score is a test of its own.
    """
    rng = np.random.default_rng(7)
    count = 0 if model.votes else drawn
    return [model.complete({}), *(model.complete(model.draw(rng)) for _ in range(count))]


def sizes(model, config, of=(1, 6, 24)):
    """Numbers of features that the model accepts."""
    return [size for size in of if model.accepts(config, size)]


def usual_size(model, config):
    return sizes(model, config, (12, 24, 32, 6, 2))[0]


def make(model, config, n_inputs, horizon=ENDLESS):
    """A device that has learned nothing, and what was prepared for it."""
    fitted = model.prepare(config, n_inputs, horizon, seed=3)
    return Device(model, config, fitted, n_inputs), fitted


def normals(n, n_inputs, seed=0, centre=0.0):
    """Correlated features of different offsets and spreads."""
    world = np.random.default_rng(n_inputs)
    mixing = world.normal(size=(n_inputs, n_inputs)) / np.sqrt(n_inputs) + np.eye(n_inputs)
    offset, spread = world.normal(size=n_inputs), world.uniform(0.1, 10, size=n_inputs)
    x = np.random.default_rng([seed, n]).normal(size=(n, n_inputs)) @ mixing
    return ((x + offset + centre) * spread).astype(np.float32)


def far(n, n_inputs, by=8.0):
    return normals(n, n_inputs, seed=99, centre=by)


def regimes(kind, n, n_inputs):
    """Signals of one regime, of three in turns or one after the other, or of one that drifts."""
    number = np.arange(n)
    centre = {
        "one": np.zeros(n),
        "mixed": 6.0 * (number % 3),
        "in turn": 6.0 * (3 * number // n),
        "drift": 12.0 * number / n,
    }[kind]
    return np.concatenate([normals(1, n_inputs, i, centre[i]) for i in range(n)])


def anomalous(device, x):
    z, limit = device.judge(x).T
    return z > limit


def bits(device):
    return device.state.tobytes(), device.calibration.tobytes()


@ALL
def test_record_says_all_that_people_and_search_need(model):
    assert model.title and model.doc.endswith(".") and model.source
    assert model.tasks == (ANOMALY,)
    assert all(f"{name}(" in model.header().read_text() for name in model.functions())
    assert len({item.name for item in model.fields}) == len(model.fields)
    for item in model.fields:
        assert item.ctype in CTYPE_BYTES and item.doc
    rng = np.random.default_rng(0)
    for parameter in model.parameters:
        assert parameter.doc.endswith(".") and parameter.check(parameter.default)
        assert all(parameter.check(parameter.draw(rng)) for _ in range(20))
    assert inspect.getdoc(type(model))
    assert sizes(model, model.complete({}), range(1, 33)), "no usual size is accepted"


@ALL
def test_block_has_every_field(model):
    for config in configs(model, drawn=8):
        n_inputs = usual_size(model, config)
        block = model.block(config, model.prepare(config, n_inputs, FORGETFUL))
        assert set(block) == {item.name for item in model.fields}
        assert all(np.size(block[item.name]) for item in model.fields)  # C has no empty table
        assert (block["inputs"], block["horizon"]) == (n_inputs, FORGETFUL)
        block_struct(model, block)  # every value converts to its C type


@ALL
def test_same_seed_same_preparation(model):
    for config in configs(model):
        first, second = (model.prepare(config, usual_size(model, config), seed=9) for _ in "ab")
        assert first.keys() == second.keys()
        assert all(first[name].tobytes() == second[name].tobytes() for name in first)


def check_against_oracle(model, config, n_inputs, horizon, kind, n_learned):
    device, fitted = make(model, config, n_inputs, horizon)
    learned = regimes(kind, n_learned, n_inputs)
    device.learn(learned)
    x = np.concatenate([normals(12, n_inputs, 5), far(6, n_inputs, 3.0), far(6, n_inputs, 40.0)])
    # What one rounding of the input changes is no fault of the model.
    beside = np.nextafter(x, np.float32(np.inf))
    both = model.oracle(config, fitted, learned, np.concatenate([x, beside]).astype(np.float64))
    expected, rounding = both[: len(x)], np.abs(both[len(x) :] - both[: len(x)])
    got = device.judge(x)[:, 0].astype(np.float64)
    if not model.calibrated:  # what is usual was taken off
        got, expected = got - got[0], expected - expected[0]
        rounding = rounding + rounding[0]
    relative, absolute = model.tolerance
    allowed = relative * np.abs(expected) + 2 * absolute + 4 * rounding
    assert (np.abs(got - expected) <= allowed).all(), (config, n_inputs, np.abs(got - expected))


@ALL
@HORIZONS
@pytest.mark.parametrize("kind", ("one", "mixed", "in turn", "drift"))
@pytest.mark.parametrize("n_learned", (5, 30))
def test_scores_equal_the_oracle(model, horizon, kind, n_learned):
    for config in configs(model):
        for n_inputs in sizes(model, config):
            check_against_oracle(model, config, n_inputs, horizon, kind, n_learned)


@ALL
@HORIZONS
def test_scores_equal_the_oracle_after_many_signals(model, horizon):
    config = model.complete({})
    check_against_oracle(model, config, usual_size(model, config), horizon, "mixed", 200)


@ALL
@HORIZONS
def test_reset_forgets_everything(model, horizon):
    for config in configs(model):
        n_inputs = usual_size(model, config)
        device, _ = make(model, config, n_inputs, horizon)
        assert not device.state.any() and not device.calibration.any()
        device.learn(normals(60, n_inputs))
        once, judged = bits(device), device.judge(far(9, n_inputs)).tobytes()
        device.state[:] = 0
        device.calibration[:] = 0
        device.learn(normals(60, n_inputs))
        assert bits(device) == once
        assert device.judge(far(9, n_inputs)).tobytes() == judged


@ALL
@HORIZONS
def test_knowledge_moves_to_another_device_as_it_is(model, horizon):
    for config in configs(model):
        n_inputs = usual_size(model, config)
        device, _ = make(model, config, n_inputs, horizon)
        device.learn(normals(40, n_inputs))
        other, _ = make(model, config, n_inputs, horizon)
        other.state[:], other.calibration[:] = device.state, device.calibration
        for one in (device, other):
            one.learn(normals(20, n_inputs, 1))
        assert bits(device) == bits(other)
        x = far(9, n_inputs)
        assert device.judge(x).tobytes() == other.judge(x).tobytes()


@ALL
def test_the_counter_stops_at_the_horizon(model):
    config = model.complete({})
    n_inputs = usual_size(model, config)
    device, _ = make(model, config, n_inputs, FORGETFUL)
    for n, line in enumerate(normals(40, n_inputs), 1):
        device.learn(line[None])
        assert device.state[0] == min(n, FORGETFUL)


@ALL
def test_counters_stop_after_years(model):
    config = model.complete({})
    n_inputs = usual_size(model, config)
    device, _ = make(model, config, n_inputs)
    device.learn(normals(50, n_inputs))
    device.state[0] = ENDLESS - 1
    device.learn(normals(5, n_inputs))
    assert device.state[0] == ENDLESS
    assert np.isfinite(device.state).all()


@ALL
@HORIZONS
def test_batches_do_not_matter(model, horizon):
    for config in configs(model):
        n_inputs = usual_size(model, config)
        x, new = normals(60, n_inputs), far(9, n_inputs)
        before = x.copy()
        whole, parts = (make(model, config, n_inputs, horizon)[0] for _ in "ab")
        whole.learn(x)
        parts.learn(x[:17])
        parts.learn(x[17:])
        assert bits(whole) == bits(parts)
        one_by_one = np.concatenate([parts.judge(line[None]) for line in new])
        assert whole.judge(new).tobytes() == one_by_one.tobytes()
        assert before.tobytes() == x.tobytes(), "the input was written to"


@ALL
def test_judging_teaches_nothing(model):
    for config in configs(model):
        n_inputs = usual_size(model, config)
        device, _ = make(model, config, n_inputs)
        device.learn(normals(40, n_inputs))
        state, calibration = bits(device)
        device.judge(np.concatenate([normals(20, n_inputs, 1), far(20, n_inputs)]))
        assert device.calibration.tobytes() == calibration
        assert model.votes or device.state.tobytes() == state


def clipped(x):
    return np.clip(x, -LARGEST, LARGEST)


# Streams (n, n_inputs) that break what is not guarded, each made of ordinary signals.
EXTREMES = {
    "zeros": lambda x: 0 * x,
    "constant": lambda x: 0 * x + 12345.678,
    "huge constant": lambda x: 0 * x + LARGEST,
    "alternating": lambda x: 0 * x + LARGEST * (-1.0) ** np.arange(len(x))[:, None],
    "huge": lambda x: clipped(3e14 * x),
    "tiny": lambda x: 1e-41 * x,
    "small": lambda x: 1e-20 * x,
    "one is constant": lambda x: np.where(np.arange(x.shape[1]) == 0, 1, x),
    "all the same": lambda x: 0 * x + x[:, :1],
    "large and small": lambda x: x * np.where(np.arange(x.shape[1]) % 2, 1e-30, 1e13),
    "one outlier": lambda x: np.where(np.arange(len(x))[:, None] == len(x) // 2, -LARGEST, x),
    "step": lambda x: 0 * x + LARGEST * (np.arange(len(x))[:, None] > len(x) // 2),
    "growing": lambda x: clipped(x * np.logspace(-30, 13, len(x))[:, None]),
}


@ALL
@HORIZONS
@pytest.mark.parametrize("kind", EXTREMES)
def test_any_accepted_input_leaves_everything_finite(model, horizon, kind):
    for config in configs(model):
        for n_inputs in sizes(model, config, (1, 2, 9, 32)):
            probing = np.concatenate(
                [
                    normals(3, n_inputs),
                    np.outer([0, 1, LARGEST, -LARGEST, 1e-41], np.ones(n_inputs)),
                    np.where(np.arange(n_inputs) % 2, LARGEST, -1e-41)[None],
                ]
            ).astype(np.float32)
            stream = EXTREMES[kind](normals(80, n_inputs).astype(np.float64)).astype(np.float32)
            device, _ = make(model, config, n_inputs, horizon)
            assert np.isfinite(device.judge(probing)).all()
            for part in np.split(stream, [1, 2, 5, 40, 42]):
                device.learn(part)
                assert np.isfinite(device.state).all()
                assert np.isfinite(device.calibration).all()
                z, limit = device.judge(probing).T
                assert np.isfinite(z).all() and np.isfinite(limit).all() and (limit > 0).all()


@ALL
def test_memory_is_what_the_record_says(model):
    # The device raises AssertionError where the guards behind state or scratch are written over.
    for config in configs(model, drawn=6):
        for n_inputs in sizes(model, config, (1, 2, 3, 4, 7, 8, 31, 32, 33, 64)):
            device, _ = make(model, config, n_inputs, FORGETFUL)
            device.learn(regimes("in turn", 60, n_inputs))
            device.judge(far(3, n_inputs))
            assert np.count_nonzero(device.state) > n_inputs  # it remembers at least a mean


@ALL
def test_default_fits_a_small_microcontroller(model):
    config = model.complete({})
    n_inputs = max(sizes(model, config, range(1, 33)))
    assert 4 * model.state(config, n_inputs) <= 4096


@ALL
def test_far_signals_are_found(model):
    for config in configs(model):
        for n_inputs in sizes(model, config, (2, 6, 24)):
            device, _ = make(model, config, n_inputs)
            device.learn(normals(50, n_inputs))
            usual, unusual = normals(100, n_inputs, 1), far(100, n_inputs)
            z = device.judge(np.concatenate([usual, unusual]))[:, 0]
            assert roc_auc_score(np.repeat([0, 1], 100), z) > 0.95, (config, n_inputs)
            assert anomalous(device, unusual).mean() > 0.8
            assert anomalous(device, usual).mean() < 0.2


@ALL
def test_what_breaks_one_feature_only_shows(model):
    for config in configs(model):
        n_inputs = usual_size(model, config)
        device, _ = make(model, config, n_inputs)
        learned = normals(50, n_inputs)
        device.learn(learned)
        broken = np.repeat(learned.mean(axis=0)[None], n_inputs, axis=0)
        broken += np.diag(12 * learned.std(axis=0))
        usual = device.judge(normals(100, n_inputs, 1))[:, 0]
        # Random projections may miss one feature or another.
        assert (device.judge(broken)[:, 0] > np.median(usual)).mean() > 0.8, config


@ALL
def test_the_farther_the_more_unlike(model):
    for config in configs(model):
        for n_inputs in sizes(model, config, (2, 6, 24)):
            device, _ = make(model, config, n_inputs)
            learned = normals(50, n_inputs)
            device.learn(learned)
            usual = device.judge(normals(100, n_inputs, 1))[:, 0].max()
            distance = 20.0 * 2.0 ** np.arange(30)[:, None]
            for direction in np.random.default_rng(4).choice([-1.0, 1.0], (6, n_inputs)):
                ray = learned.mean(axis=0) + distance * direction * learned.std(axis=0)
                z = device.judge(ray.astype(np.float32))[:, 0]
                assert z[0] > usual
                assert (np.diff(z) >= -1e-4 * np.abs(z[1:])).all(), (config, n_inputs, z)


@ALL
def test_old_regimes_are_forgotten_only_where_asked_for(model):
    for config in configs(model):
        n_inputs = usual_size(model, config)
        old, new = normals(100, n_inputs, 1), normals(300, n_inputs, 2, centre=15.0)
        back = normals(50, n_inputs, 3)
        device, _ = make(model, config, n_inputs, horizon=16.0)
        device.learn(np.concatenate([old, new]))
        assert anomalous(device, back).mean() > 0.8, (config, "not forgotten")
        device, _ = make(model, config, n_inputs)
        device.learn(np.concatenate([old, new[:100]]))
        assert anomalous(device, back).mean() < 0.2, (config, "forgotten")


@ALL
def test_a_new_regime_becomes_usual(model):
    for config in configs(model):
        n_inputs = usual_size(model, config)
        device, _ = make(model, config, n_inputs)
        device.learn(normals(50, n_inputs))
        new = normals(50, n_inputs, 2, centre=15.0)
        assert anomalous(device, new).mean() > 0.8
        device.learn(normals(150, n_inputs, 3, centre=15.0))
        assert anomalous(device, new).mean() < 0.2


@ALL
def test_cost_and_memory_grow_with_the_inputs(model):
    for config in configs(model):
        some = sizes(model, config, (1, 2, 4, 8, 16, 32))
        for figure in (model.score_cost, model.learn_cost, model.state):
            values = np.array([figure(config, n_inputs) for n_inputs in some])
            assert values[0] > 0 and (np.diff(values) > 0).all()
        assert all(model.scratch(config, n_inputs) >= 0 for n_inputs in some)
