"""Each cause of a poor result is found where it is the only one planted, and nothing where none is.

The signals are made so that one thing is wrong with them; the candidates are few and small.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kinglet.costs import CostModel
from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import model, selector, step
from kinglet.search import blocks
from kinglet.search.diagnosis import Case, Finding, diagnose, to_json
from kinglet.search.evaluate import evaluate
from kinglet.search.limits import Limits
from kinglet.search.problem import make_problem
from kinglet.signals import (
    Labelled,
    Signals,
    label_machines,
    label_normal,
    label_targets,
)
from kinglet.tasks import TASKS
from tests import anomaly_samples

WIDE = Limits(32 << 10, 128 << 10, 0.02, 80e6)
FREQUENCIES = (0.3, 0.6, 1.2, 2.2)


def pipeline(branches, select="forward", name="lda", **config):
    settings = {} if select == "all_features" else {"count": config.pop("count", 24)}
    return Pipeline(
        tuple(branches), step("scale"), selector(select, **settings), model(name, **config)
    )


STATISTICS = pipeline(blocks.statistics())
RICH = pipeline(blocks.rich())
RICH_TOO = [pipeline(blocks.rich(), name=name) for name in ("rbf", "logistic")]


def make_case(
    folder: Path,
    data: Labelled,
    candidates: list[Pipeline],
    task: str = "classification",
    limits: Limits = WIDE,
    over: Callable[[], bool] = lambda: False,
) -> Case:
    """What a search of a few candidates would hand over."""
    for name in ("store", "diagnosis"):
        (folder / name).mkdir()
    kind = TASKS[task]
    problem = make_problem(folder / "store", kind, data, limits, CostModel("cortex-m4f"), 0)
    splits = tuple(kind.splits(data, 0))
    entries = [
        replace(evaluate(problem, list(splits), each), known=True, number=number)
        for number, each in enumerate(candidates)
    ]
    return Case(
        problem=problem,
        data=data,
        splits=splits,
        chosen=max((entry for entry in entries if entry.complete), key=lambda e: e.score),
        entries=[replace(entry, fitted=None, held_out={}, folds={}) for entry in entries],
        refused=Counter(entry.refused for entry in entries if entry.refused),
        folder=folder / "diagnosis",
        over=over,
    )


def first(found: list[Finding], cause: str, among: int = 2) -> Finding:
    """The finding of a cause, which has to be among the first."""
    assert cause in [finding.cause for finding in found[:among]], found
    return next(finding for finding in found if finding.cause == cause)


def dealt(rng, n, k):
    return rng.permutation(np.arange(n) % k)


def labelled(x, label) -> Labelled:
    """Classes a, b, c ... in the order of their numbers, which the first line does not decide."""
    signals = Signals.from_array(x.astype(np.float32), rate=100.0)
    return Labelled(signals, label.astype(np.int32), tuple("abcdefgh"[: label.max() + 1]))


def tones(rng, label, frequencies=FREQUENCIES, noise=0.3, axes=1, length=64):
    time = np.arange(length)[:, None]
    frequency = np.array(frequencies)[label][:, None, None]
    phase, gain = (
        rng.uniform(0, 6.28, (len(label), 1, axes)),
        rng.uniform(0.5, 2, (len(label), 1, 1)),
    )
    return gain * np.sin(frequency * time + phase) + noise * rng.normal(
        size=(len(label), length, axes)
    )


def coloured(rng, pole, length, axes=1):
    """Noise, each sample a share of the last one and something new."""
    x = rng.normal(size=(len(pole), length + 50, axes))
    for index in range(1, length + 50):
        x[:, index] += np.asarray(pole)[:, None] * x[:, index - 1]
    return x[:, 50:]


@pytest.mark.parametrize("axes", [1, 3])
def test_nothing_is_found_where_nothing_is_wrong(tmp_path, axes):
    rng = np.random.default_rng(0)
    label = dealt(rng, 240, 4)
    data = labelled(tones(rng, label, axes=axes), label)
    assert diagnose(make_case(tmp_path, data, [RICH, *RICH_TOO])) == []


def test_labels_that_mean_nothing_have_no_cause_that_could_be_mended(tmp_path):
    rng = np.random.default_rng(0)
    label = dealt(rng, 240, 4)
    data = labelled(tones(rng, label), rng.permutation(label))
    assert diagnose(make_case(tmp_path, data, [RICH, STATISTICS])) == []


def test_wrong_labels_are_named(tmp_path):
    rng = np.random.default_rng(1)
    label = dealt(rng, 240, 4)
    x = tones(rng, label)
    wrong = rng.choice(240, 12, replace=False)
    label[wrong] = (label[wrong] + 1) % 4
    finding = first(
        diagnose(make_case(tmp_path, labelled(x, label), [RICH, *RICH_TOO])),
        "suspected label errors",
        among=1,
    )
    named = {place["line"] for place in finding.figures["lines"]}
    assert len(named & set(wrong + 1)) >= 11 and len(named - set(wrong + 1)) <= 1


def test_wrong_targets_are_named(tmp_path):
    rng = np.random.default_rng(2)
    target = rng.uniform(0, 10, 200)
    x = np.sin((0.2 + 0.1 * target)[:, None] * np.arange(64) + rng.uniform(0, 6, (200, 1)))
    wrong = np.argsort(target)[50:54]
    target[wrong] += 5
    signals = Signals.from_array((x + 0.1 * rng.normal(size=x.shape))[:, :, None])
    names = ("kernel_regression", "mlp_regression", "linear_regression")
    candidates = [pipeline(blocks.rich(), name=name) for name in names]
    case = make_case(tmp_path, label_targets(signals, target), candidates, "extrapolation")
    finding = first(diagnose(case), "suspected label errors", among=1)
    assert {place["line"] for place in finding.figures["lines"]} == set(wrong + 1)


def test_too_few_signals(tmp_path):
    rng = np.random.default_rng(3)
    label = dealt(rng, 128, 8)
    x = tones(rng, label, 0.5 + 0.15 * np.arange(8), noise=1.5, axes=2)
    candidate = pipeline([blocks.branch("bands", bands=32)], "all_features")
    case = make_case(tmp_path, labelled(x, label), [candidate])
    figures = first(diagnose(case), "too few signals", among=1).figures
    assert figures["quarter"] < figures["half"] < figures["whole"]
    assert 0 <= figures["next_doubling_low"] <= figures["next_doubling"]
    assert figures["next_doubling"] <= figures["next_doubling_high"] <= 1 - figures["whole"]


@pytest.mark.parametrize("kind", ["offset", "gain"])
def test_classes_that_differ_in_nothing_else_are_told(tmp_path, kind):
    rng = np.random.default_rng(4)
    label = dealt(rng, 150, 3)
    x, size = rng.normal(size=(150, 64, 3)), label[:, None, None]
    x = x + 1.5 * size if kind == "offset" else x * 1.5**size
    found = diagnose(make_case(tmp_path, labelled(x, label), [STATISTICS]))
    assert [finding.cause for finding in found] == [f"only the {kind} differs"]


def test_offset_that_the_features_remove(tmp_path):
    rng = np.random.default_rng(5)
    label = dealt(rng, 150, 3)
    x = rng.normal(size=(150, 64, 1)) + 0.5 * label[:, None, None]
    blind = [(step("remove_mean"), *blocks.branch("quantiles")), blocks.branch("autocorrelation")]
    case = make_case(tmp_path, labelled(x, label), [pipeline(blind, count=12)])
    finding = first(diagnose(case), "level is left out", among=1)
    assert finding.figures["with_level"] > 0.9


def test_one_axis_better_alone(tmp_path):
    rng = np.random.default_rng(6)
    label = dealt(rng, 120, 3)
    shown = [label if axis == 4 else rng.permutation(label) for axis in range(6)]
    x = np.concatenate([tones(rng, each, (0.3, 0.6, 1.2)) for each in shown], axis=2)
    case = make_case(
        tmp_path, labelled(x, label), [pipeline(blocks.statistics(), "all_features", "rbf")]
    )
    assert first(diagnose(case), "one axis better alone", among=1).figures["axis"] == 4


@pytest.mark.parametrize(
    ("limit", "limits"),
    [
        ("flash", replace(WIDE, flash_bytes=3000)),
        ("RAM", replace(WIDE, ram_bytes=420)),
        ("time", replace(WIDE, time_s=0.0002)),
    ],
)
def test_a_limit_that_binds(tmp_path, limit, limits):
    rng = np.random.default_rng(7)
    label = dealt(rng, 200, 4)
    data = labelled(tones(rng, label, (0.9, 1.0, 1.1, 1.2), noise=2.0, axes=3), label)
    large = pipeline(blocks.kernels(84), count=48)
    small = pipeline([blocks.branch("quantiles")], count=8)
    case = make_case(tmp_path, data, [large, small], limits=limits)
    # Too little time is no reason to refuse: the selection does with cheaper features.
    assert sum(case.refused.values()) == (limit != "time")
    finding = first(diagnose(case), f"{limit} limit binds", among=1)
    name = limit.lower()
    assert finding.figures["needs"][name] > finding.figures["allowed"][name]
    assert f"--max-{name}" in finding.advice


def test_buffer_too_short(tmp_path):
    rng = np.random.default_rng(8)
    label = dealt(rng, 300, 3)
    x = coloured(rng, 0.25 * label, 64)
    figures = first(
        diagnose(make_case(tmp_path, labelled(x, label), [RICH])), "buffer too short", among=1
    ).figures
    assert figures["quarter"] < figures["half"] < figures["whole"] and figures["length"] == 64


def test_buffer_too_long(tmp_path):
    rng = np.random.default_rng(9)
    label = dealt(rng, 240, 3)
    x = coloured(rng, 0.35 * label, 128)
    x[:, 64:] = coloured(rng, rng.uniform(-0.9, 0.9, 240), 64)
    found = diagnose(make_case(tmp_path, labelled(x, label), [RICH]))
    assert first(found, "buffer too long", among=1).figures["better_length"] in (32, 64)


def test_rate_too_high(tmp_path):
    rng = np.random.default_rng(10)
    label = dealt(rng, 150, 3)
    noise = np.repeat(rng.normal(size=(150, 64, 1)), 2, axis=1) * np.exp(
        rng.normal(size=(150, 1, 1))
    )
    noise[:, 1::2] *= -1  # gone in the mean of two samples
    x = tones(rng, label, (0.1, 0.2, 0.3), length=128) + 3 * noise
    found = diagnose(make_case(tmp_path, labelled(x, label), [STATISTICS]))
    finding = first(found, "rate too high", among=1)
    assert "50 Hz in place of 100 Hz" in finding.advice


def test_rate_too_low(tmp_path):
    rng = np.random.default_rng(11)
    label = dealt(rng, 240, 3)
    x = coloured(rng, -0.4 - 0.22 * label, 64)
    x /= x.std(axis=(1, 2), keepdims=True)
    x += np.repeat(rng.normal(size=(240, 32, 1)), 2, axis=1)
    found = diagnose(make_case(tmp_path, labelled(x, label), [RICH]))
    assert first(found, "rate too low").figures["power_in_top_quarter"] > 0.3


def test_two_classes_confused(tmp_path):
    rng = np.random.default_rng(12)
    label = dealt(rng, 200, 4)
    x = tones(rng, label, (0.3, 0.6, 0.6, 2.2))
    found = diagnose(make_case(tmp_path, labelled(x, label), [RICH]))
    finding = first(found, "two classes confused", among=1)
    assert finding.figures["classes"] == ["b", "c"]
    assert finding.figures["merged_balanced_accuracy"] > 0.99


def test_one_range_of_the_target(tmp_path):
    rng = np.random.default_rng(13)
    target = rng.uniform(0, 10, 250)
    shown = np.where(target > 8, rng.uniform(6, 12, 250), target)
    x = np.sin((0.2 + 0.1 * shown)[:, None] * np.arange(64) + rng.uniform(0, 6, (250, 1)))
    signals = Signals.from_array((x + 0.2 * rng.normal(size=x.shape))[:, :, None])
    candidates = [pipeline(blocks.rich(), name="kernel_regression")]
    case = make_case(tmp_path, label_targets(signals, target), candidates, "extrapolation")
    figures = first(diagnose(case), "errors in one range of the target").figures
    assert figures["low"] > 7.5 and figures["share_of_squared_errors"] > 0.5


def test_one_stretch_unlike_the_rest(tmp_path):
    rng = np.random.default_rng(14)
    label = np.repeat(np.arange(3), 80)
    x = tones(rng, label, (0.3, 0.6, 1.2))
    unlike = (np.arange(240) % 80) // 16 == 2
    # In that stretch all is a little faster: what a looks like there, b looks like elsewhere.
    x[unlike] = tones(rng, label, (0.45, 0.9, 1.8))[unlike]
    found = diagnose(make_case(tmp_path, labelled(x, label), [RICH]))
    places = first(found, "one stretch unlike the rest").figures["lines"]
    begins = sorted(place["first"] for place in places)
    assert np.abs(np.array(begins) - [33, 113, 193]).max() <= 8


def test_outlying_lines(tmp_path):
    rng = np.random.default_rng(15)
    label = dealt(rng, 200, 4)
    x = tones(rng, label)
    x[[17, 150]] = rng.normal(size=(2, 64, 1)) * 1000
    found = diagnose(make_case(tmp_path, labelled(x, label), [RICH]))
    finding = first(found, "outliers")
    assert {place["line"] for place in finding.figures["lines"]} == {18, 151}


def learner(name="micro_clusters"):
    branches = (*blocks.statistics(), blocks.branch("bands", bands=16))
    return Pipeline(branches, step("bound"), selector("tree_importance", count=16), model(name))


def test_anomaly_detection_that_hangs_on_the_gain(tmp_path):
    rng = np.random.default_rng(16)
    x = tones(rng, np.zeros(120, int), noise=0.1)
    x /= x.std(axis=1, keepdims=True)
    x[60:] *= 3
    data = label_machines(
        *(Signals.from_array(part.astype(np.float32)) for part in (x[:60], x[60:]))
    )
    found = diagnose(make_case(tmp_path, data, [learner()], "anomaly"))
    assert "only the gain differs" in [finding.cause for finding in found]


def test_every_task_is_diagnosed_with_imitations_and_streams(tmp_path):
    shape = anomaly_samples.STREAM
    stream = Signals.from_array(anomaly_samples.nominal(200, shape=shape))
    branches = (blocks.branch("segment_means", segments=1), blocks.branch("moving_statistics"))
    of_stream = Pipeline(
        branches, step("bound"), selector("all_features"), model("diagonal_gaussian")
    )
    nominal = Signals.from_array(anomaly_samples.nominal(80))
    cases = {
        "stream": (label_machines(stream), of_stream, "anomaly"),
        "imitated": (label_machines(nominal), learner(), "anomaly"),
        "normal": (
            label_normal(nominal),
            pipeline(blocks.statistics(), name="coreset_distance"),
            "outlier",
        ),
    }
    for name, (data, candidate, task) in cases.items():
        (tmp_path / name).mkdir()
        case = make_case(tmp_path / name, data, [candidate], task)
        assert case.usual is not None, "it can be judged again"
        causes = {finding.cause for finding in diagnose(case)}
        assert not causes & {"two classes confused", "only the gain differs"}


def test_nothing_is_judged_when_the_time_is_over(tmp_path):
    rng = np.random.default_rng(12)
    label = dealt(rng, 200, 4)
    data = labelled(tones(rng, label, (0.3, 0.6, 0.6, 2.2)), label)
    case = make_case(tmp_path, data, [RICH], over=lambda: True)
    assert [finding.cause for finding in diagnose(case)] == ["two classes confused"]
    assert case.usual is None


def test_many_lines_are_judged_by_some_of_them(tmp_path):
    rng = np.random.default_rng(4)
    label = dealt(rng, 2600, 2)
    x = rng.normal(size=(2600, 16, 1)) + 2.0 * label[:, None, None]
    case = make_case(tmp_path, labelled(x, label), [STATISTICS])
    assert len(case.base.label) <= 2000
    assert [finding.cause for finding in diagnose(case)] == ["only the offset differs"]


def test_findings_are_json_in_order_and_never_certain(tmp_path):
    rng = np.random.default_rng(17)
    label = dealt(rng, 150, 3)
    x = coloured(rng, 0.2 * label, 64)
    found = diagnose(make_case(tmp_path, labelled(x, label), [RICH, STATISTICS]))
    document = json.loads(json.dumps(to_json(found)))
    likelihoods = [entry["likelihood"] for entry in document]
    assert likelihoods and likelihoods == sorted(likelihoods, reverse=True)
    for entry in document:
        assert set(entry) == {"cause", "likelihood", "evidence", "advice", "figures"}
        assert 0.05 <= entry["likelihood"] <= 0.95
        assert re.search(r"\d", entry["evidence"]), "figures"
        assert re.search(r"seem|may|probably|perhaps|might", entry["evidence"] + entry["advice"])


def test_the_same_case_has_the_same_findings(tmp_path):
    rng = np.random.default_rng(17)
    label = dealt(rng, 150, 3)
    data = labelled(coloured(rng, 0.2 * label, 64), label)
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        found.append(to_json(diagnose(make_case(tmp_path / name, data, [RICH]))))
    assert found[0] == found[1]
