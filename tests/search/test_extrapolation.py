"""Extrapolation from signals to a library: it finds the number, in any unit, and stays in range."""

import json
from functools import partial

import numpy as np
import pytest
from sklearn.metrics import r2_score

from kinglet.costs import Sizes
from kinglet.record import EXTRAPOLATION, Shape
from kinglet.search import search
from kinglet.search.board import recommended
from kinglet.search.evaluate import Evaluation
from kinglet.search.fit import answers
from kinglet.search.portfolio.extrapolation import portfolio
from kinglet.search.space import Space
from kinglet.signals import Signals, label_targets, regroup
from kinglet.tasks import TASKS
from kinglet.workflow import build_best, describe

QUICK = ("linear_regression", "kernel_regression")


def tones(n=80, seed=0, spread=(0.2, 0.6)):
    """Noisy tones of two axes with random phase and gain; the target is their frequency."""
    rng = np.random.default_rng(seed)
    target = rng.uniform(*spread, size=n)
    time = np.arange(64)[None, :, None]
    phase = rng.uniform(0, 6.28, size=(n, 1, 2))
    gain = rng.uniform(0.8, 1.2, size=(n, 1, 1))
    x = gain * np.sin(target[:, None, None] * time + phase) + 0.1 * rng.normal(size=(n, 64, 2))
    return x.astype(np.float32), target


def strengths(n=80, seed=0):
    """Noise whose strength is the target."""
    rng = np.random.default_rng(seed)
    target = rng.uniform(1, 3, size=n)
    return (target[:, None, None] * rng.normal(size=(n, 64, 1))).astype(np.float32), target


def labelled(values, target):
    n = len(values)
    zeros = np.zeros(n, np.int32)
    return label_targets(Signals(values, None, zeros, np.arange(1, n + 1), zeros, ("a",)), target)


def find(data, candidates=5, **more):
    return search(
        data,
        task=EXTRAPOLATION,
        **{"budget": None, "candidates": candidates, "jobs": 1, "model": QUICK, "estimate": False}
        | more,
    )


@pytest.fixture(scope="module")
def result():
    return find(labelled(*tones()), settings={"target_unit": "rad"})


@pytest.fixture(scope="module")
def library(result):
    return build_best(result)[1]


def host(fitted, values):
    """Predictions on this machine, float32 (n,)."""
    return answers(fitted, values)[:, 0]


def test_finds_the_frequency_of_new_tones(library):
    values, target = tones(seed=1)
    assert r2_score(target, library.emulate(values).outputs[:, 0]) > 0.95


def test_result_tells_errors_range_and_every_line(result, library):
    document = json.loads(json.dumps(describe(result, result.best, library)))
    assert document["r2"] > 0.9 and document["classes"] == []
    interval = document["r2_interval"]
    assert interval["low"] <= document["r2"] <= interval["high"]
    assert 0 < document["mae"] <= document["rmse"] < 0.1
    assert 0 < document["smape_percent"] < 20
    assert document["target_unit"] == "rad" and document["clipped"] is True
    label = result.context.data.label
    assert document["target_range"] == {"low": label.min(), "high": label.max()}
    rows = document["out_of_fold"]
    assert [row["target"] for row in rows] == label.tolist()
    assert document["r2"] == pytest.approx(
        r2_score(label, [row["prediction"] for row in rows]), abs=1e-6
    )
    assert document["splits"]["worst"] <= document["r2"]


def test_the_library_says_what_the_host_says_to_the_last_bit(result, library):
    values = np.concatenate([tones(seed=2)[0], 1e6 * tones(n=5, seed=3)[0]])
    np.testing.assert_array_equal(
        library.emulate(values).outputs[:, 0], host(library.trained, values)
    )


@pytest.mark.parametrize("clip", [True, False])
def test_only_without_clip_predictions_leave_the_range(clip):
    values, target = strengths()
    made = find(labelled(values, target), 2, model=("linear_regression",), settings={"clip": clip})
    library = build_best(made)[1]
    low, high = target.min(), target.max()
    beyond = 0.05 * (high - low)
    predicted = library.emulate(np.concatenate([20 * values, 0 * values])).outputs[:, 0]
    inside = (predicted >= low - beyond - 1e-6) & (predicted <= high + beyond + 1e-6)
    assert inside.all() if clip else not inside.any()


@pytest.mark.parametrize("scale, offset", [(1.0, 1e6), (1e-6, 0.0)])
def test_the_unit_of_the_target_does_no_harm(result, scale, offset):
    values, target = tones()
    # In steps that float32 can tell apart around a million.
    steps = np.round(16 * 5 * (target - target.mean())) / 16
    made = find(labelled(values, scale * steps + offset))
    assert made.best.summary()["r2"] > 0.9
    assert r2_score(scale * steps + offset, host(made.best.fitted, values)) > 0.9


def test_a_group_is_kept_together_and_what_that_costs_is_told():
    """Each group has levels of its own: torn apart they tell the target, of a new group nothing."""
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(12), 8)
    levels, target = rng.normal(size=(12, 1, 4)), rng.normal(size=12)
    values = levels[group] + 0.1 * rng.normal(size=(96, 16, 4))
    data = labelled(values.astype(np.float32), target[group])
    made = find(regroup(data, group), 1, model=("kernel_regression",))
    for split in made.context.splits:
        assert not set(group[split.train]) & set(group[split.test])
    assert made.recordings.torn > 0.6 > 0.3 > made.recordings.together
    assert "kept together" in made.recordings.warnings()[0]


def test_a_time_series_is_judged_by_its_future():
    rng = np.random.default_rng(5)
    target = np.cumsum(rng.normal(size=80)) / 4
    values = (target[:, None, None] + rng.normal(size=(80, 16, 1))).astype(np.float32)
    kinds = [split.kind for split in find(labelled(values, target), 2).context.splits]
    assert kinds.count("forward") == 3
    settings = {"time_series": False}
    made = find(labelled(values, target), 2, settings=settings)
    assert "forward" not in [split.kind for split in made.context.splits]


def test_same_seed_same_bytes(tmp_path):
    data = labelled(*strengths())
    model = ("linear_regression",)
    count = len(Space(EXTRAPOLATION, Shape(64, 1), 3, model).portfolio) + 3
    saved = []
    for name in ("one.zip", "two.zip"):
        made = find(data, count, seed=3, model=model)
        saved.append(made.best.build().save(tmp_path / name).read_bytes())
    assert saved[0] == saved[1]


def evaluation(number, mean, known=True):
    pipeline = portfolio(Shape(64, 3))[number]
    sizes = Sizes(1000, 5000, 1e5)
    means = (mean, mean)
    return Evaluation(pipeline, means, True, sizes=sizes, known=known, number=number, fresh=means)


@pytest.mark.parametrize(
    "means, lead",
    [
        ((0.50, 0.94, 0.95), 1),  # about as good, and earlier in the portfolio
        ((0.50, 0.97, 0.99), 2),  # three times the error is no luck
        ((0.50, 0.60, 0.70), 2),  # nor is a tenth of R2
        ((0.94, 0.95, 0.95), 0),
    ],
)
def test_the_portfolio_leads_in_its_order_where_luck_may_explain_the_rest(means, lead):
    def order(entries):
        task = TASKS[EXTRAPOLATION]
        assert task.portfolio_order
        error = partial(task.standard_error, n_signals=400)
        return [entry.number for entry in recommended(entries, error, portfolio_order=True)]

    proved = [evaluation(number, mean) for number, mean in enumerate(means)]
    assert order(proved)[0] == lead
    assert order([*proved, evaluation(3, means[lead] + 0.001, known=False)])[0] == lead
    assert order([*proved, evaluation(3, 0.9999, known=False)])[0] == 3


@pytest.mark.parametrize("shape", [Shape(2, 1), Shape(8, 8), Shape(64, 3), Shape(2048, 3)])
def test_the_portfolio_fits_every_shape_and_knows_short_signals_themselves(shape):
    listed = Space(EXTRAPOLATION, shape, 0).portfolio
    assert len(listed) >= 4
    for pipeline in listed:
        assert pipeline.chains()
    if shape.length == 8:  # a slow sensor's last samples are the best features there are
        raw = [
            chain
            for chain in listed[0].chains()
            if chain[-1].name == "segment_means" and len(chain) == 1
        ]
        assert raw
