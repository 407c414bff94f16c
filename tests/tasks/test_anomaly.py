"""Anomaly detection as a task: one meaning of 90, and a limit that is settled honestly."""

import ctypes
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinglet.ccode import fold
from kinglet.signals import Labelled, Signals, make_splits
from kinglet.tasks import TASKS, Emulation
from kinglet.tasks.similarity import FACTORS, shares, similarities
from kinglet.toolchain import compile_host_library, host_suffix

TASK = TASKS["anomaly"]
FREE, FIXED = False, True
CLASSES = ("normal", "abnormal")


@pytest.fixture(scope="module")
def in_c(tmp_path_factory):
    """Similarities by `kn_similarity`."""
    text = fold([], ["calibration.h"])
    path = tmp_path_factory.mktemp("c") / f"similarity{host_suffix()}"
    path.write_bytes(
        compile_host_library(f"""#include <stdint.h>
#include <stddef.h>
{text}
KN_EXPORT int similarity(float z, float limit, float sensitivity)
{{ return kn_similarity(z, limit, sensitivity); }}
""")
    )
    function = ctypes.CDLL(str(path)).similarity
    function.argtypes = [ctypes.c_float] * 3

    def similarities(outputs, sensitivity=1.0):
        return [function(float(z), float(limit), sensitivity) for z, limit in outputs]

    return similarities


def near_the_line() -> np.ndarray:
    """Outputs whose share lies at, or a bit or two beside, what makes a whole similarity."""
    rng = np.random.default_rng(0)
    limit = rng.uniform(0.01, 50, 300).astype(np.float32)
    share = rng.choice(np.arange(11) / 10, 300).astype(np.float32)
    z = limit * share
    around = [z, np.nextafter(z, np.float32(np.inf)), np.nextafter(z, np.float32(-np.inf))]
    return np.concatenate([np.stack([value, limit], axis=1) for value in around])


@pytest.mark.parametrize("sensitivity", [1.0, 0.1, 0.3, 2.5, 100.0])
def test_similarities_are_those_of_the_c(in_c, sensitivity):
    rng = np.random.default_rng(1)
    far = np.stack([rng.normal(0, 8, 2000), rng.uniform(0.05, 6, 2000)], axis=1)
    outputs = np.concatenate([near_the_line(), far.astype(np.float32)])
    assert similarities(outputs, sensitivity).tolist() == in_c(outputs, sensitivity)


def test_ninety_is_the_line():
    outputs = near_the_line()
    nominal = similarities(outputs) >= 90
    assert (nominal == (shares(outputs) <= 1)).all() and 0 < nominal.mean() < 1
    z, limit = outputs.T
    assert (nominal == (z <= limit)).mean() > 0.99, "but for the rounding of a quotient"
    nothing = similarities(np.full((2, 2), np.nan, np.float32))
    assert np.isnan(nothing).all()


def problem(machines: int = 1, n: int = 60, seed: int = 0):
    """Label and machine of n nominal and n abnormal lines of each machine, and their splits."""
    label = np.tile(np.repeat([0, 1], n), machines)
    machine = np.repeat(np.arange(machines), 2 * n)
    line = np.tile(np.arange(n), 2 * machines)
    return label, machine, make_splits(label + 2 * machine, label + 2 * machine, line, seed=seed)


def held_out(splits, share: np.ndarray, limit: float = 2.0) -> list[np.ndarray]:
    """Outputs of held-out lines that have the same share in every split."""
    outputs = np.stack([share * limit, np.full(len(share), limit)], axis=1).astype(np.float32)
    return [outputs[split.test] for split in splits]


def settle(problem, share, how=FREE):
    label, machine, splits = problem
    return TASK.settle(label, machine, splits, held_out(splits, np.asarray(share)), fixed=how)


def test_false_alarms_are_kept_rare_though_nothing_is_found():
    # Abnormal signals like nominal ones: every limit has the same balanced accuracy.
    case = problem(n=300)
    share = np.abs(np.random.default_rng(0).normal(size=600))
    settled = settle(case, share)
    false_alarms = [(shares(own) > 1)[case[0][split.test] == 0].mean()
                    for own, split in zip(settled.outputs, case[2], strict=True)]  # fmt: skip
    assert np.mean(false_alarms) < 0.08
    assert (share > 1).mean() > 0.3, "the limit that the C finds would not do"


@pytest.mark.parametrize(("nominal", "abnormal"), [((1.1, 1.9), (2.5, 3)), ((0, 0.3), (0.6, 0.9))])
def test_the_limit_is_set_between_nominal_and_abnormal(nominal, abnormal):
    case = problem()
    rng = np.random.default_rng(0)
    share = np.where(case[0] == 0, rng.uniform(*nominal, 120), rng.uniform(*abnormal, 120))
    settled = settle(case, share)
    assert settled.scores == [1.0] * len(case[2])
    assert nominal[1] <= settled.factor <= abnormal[0]
    fixed = settle(case, share, FIXED)
    assert fixed.factor == 1 and max(fixed.scores) == 0.5
    for own, given_ in zip(fixed.outputs, held_out(case[2], share), strict=True):
        np.testing.assert_array_equal(own, given_)


@pytest.mark.parametrize("factor", [0.3, 0.6, 1.5, 2.0])
def test_a_split_is_judged_with_the_limit_of_the_others(factor):
    label, machine, splits = problem()
    rng = np.random.default_rng(3)
    share = np.where(label == 0, rng.uniform(0.5, 1.5, 120), rng.uniform(0.8, 3, 120))
    splits = splits[:2]
    outputs = held_out(splits, share)

    def limits(*scales):
        changed = [
            output * np.float32([scale, 1]) for output, scale in zip(outputs, scales, strict=True)
        ]
        settled = TASK.settle(label, machine, splits, changed, fixed=FREE)
        return [own[0, 1] for own in settled.outputs]

    usual, own, other = limits(1, 1), limits(factor, 1), limits(1, factor)
    assert own[0] == usual[0] and own[1] == pytest.approx(factor * usual[1], rel=0.1)
    assert other[1] == usual[1] and other[0] == pytest.approx(factor * usual[0], rel=0.1)


@pytest.mark.parametrize("how", [FREE, FIXED])
def test_the_worst_machine_counts(how):
    label, machine, splits = case = problem(machines=3)
    rng = np.random.default_rng(0)
    share = np.where(label == 0, 0.5, 2.0)
    share[machine == 1] = rng.uniform(0.3, 1.4, 120)
    settled = settle(case, share, how)
    assert max(settled.scores) < 0.9
    for own, score, split in zip(settled.outputs, settled.scores, splits, strict=True):
        truth, mine = label[split.test], machine[split.test]
        each = [TASK.accuracy(truth[mine == k], own[mine == k]) for k in range(3)]
        assert score == min(each) == each[1]


@settings(max_examples=60, deadline=None)
@given(
    machines=st.integers(1, 3),
    n=st.integers(5, 25),
    seed=st.integers(0, 2**32 - 1),
    apart=st.floats(-1, 4),
    spread=st.floats(0.01, 3),
    whole=st.booleans(),
    how=st.sampled_from([FREE, FIXED]),
)
def test_a_race_is_never_lost_by_its_bound(machines, n, seed, apart, spread, whole, how):
    label, machine, splits = problem(machines, n, seed % 1000)
    rng = np.random.default_rng(seed)
    outputs = []
    for split in splits:  # every split has outputs of its own, as every split has its training
        z = rng.normal(0.5 + apart * label[split.test], spread)
        z = np.round(z) if whole else z  # many equal ones
        outputs.append(np.stack([z, rng.uniform(0.5, 2, len(z))], axis=1).astype(np.float32))
    settled = TASK.settle(label, machine, splits, outputs, fixed=how)
    bounds = [TASK.split_metric(label[split.test], output, machine[split.test])
              for split, output in zip(splits, outputs, strict=True)]  # fmt: skip
    assert (np.array(settled.scores) <= np.array(bounds) + 1e-12).all()
    assert all(0 <= score <= 1 for score in settled.scores) and 0 <= settled.margin <= 1
    assert FACTORS[0] <= settled.factor <= FACTORS[-1]


def test_margin_grows_with_the_distance_from_the_line():
    case = problem()
    label = case[0]
    near = np.where(label == 0, 0.9, 1.1)

    def margin(nominal, abnormal):
        return settle(case, near * np.where(label == 0, nominal, abnormal), FIXED).margin

    margins = [margin(1, 1), margin(0.8, 1), margin(0.8, 1.5), margin(0.1, 1.5), margin(0.1, 1e3)]
    assert margins == sorted(margins) and len(set(margins)) == 5
    assert 0 < margins[0] < 0.1 and 0.9 < margins[-1] < 1
    assert margin(2, 0.5) == 0, "all on the wrong side"
    assert margin(0, 1e30) == pytest.approx(1)


@pytest.fixture(scope="module")
def judged():
    """Data of two machines, the second one harder, and outputs of every line."""
    label, machine, _ = problem(machines=2)
    rng = np.random.default_rng(0)
    share = rng.lognormal(np.where(label == 0, -0.7, 0.8 - 0.6 * machine), 0.5)
    signals = Signals.from_array(np.zeros((len(label), 4, 1)))
    signals = replace(signals, group=label + 2 * machine)
    limit = rng.uniform(1, 4, len(label))
    outputs = np.stack([share * limit, limit], axis=1).astype(np.float32)
    return Labelled(signals, label, CLASSES, machine), outputs


def test_summary_says_what_the_similarities_say(judged):
    data, outputs = judged
    summary = TASK.summary(data, outputs)
    similarity, normal = similarities(outputs), data.label == 0
    assert summary["false_alarms"] == (similarity[normal] < 90).mean()
    assert summary["detection"] == (similarity[~normal] < 90).mean()
    interval = summary["balanced_accuracy_interval"]
    assert interval["low"] <= summary["balanced_accuracy"] <= interval["high"]
    wins = (
        outputs[~normal, 0] / outputs[~normal, 1]
        > (outputs[normal, 0] / outputs[normal, 1])[:, None]
    )
    assert summary["auc"] == pytest.approx(wins.mean(), abs=1e-6)
    for name, mine in (("normal", normal), ("abnormal", ~normal)):
        assert summary["similarity"][name]["mean"] == pytest.approx(similarity[mine].mean())
        assert summary["similarity"][name]["quantiles"][2] == np.median(similarity[mine])
    assert [row["machine"] for row in summary["machines"]] == [0, 1]
    each = [row["balanced_accuracy"] for row in summary["machines"]]
    assert each[1] < summary["balanced_accuracy"] < each[0]


def test_summary_shows_what_sensitivity_does(judged):
    data, outputs = judged
    rows = TASK.summary(data, outputs)["sensitivity"]
    assert [row["sensitivity"] for row in rows] == sorted(row["sensitivity"] for row in rows)
    for name in ("false_alarms", "detection"):
        values = [row[name] for row in rows]
        assert values == sorted(values) and values[0] < values[-1]
    for row in rows:
        similarity = similarities(outputs, row["sensitivity"])
        assert row["detection"] == (similarity[data.label == 1] < 90).mean()


@pytest.mark.parametrize(("threshold", "anomalous"), [(None, 2), (95, 3), (0, 0), (100, 3)])
def test_answers_of_a_library(threshold, anomalous):
    nan = np.nan
    states = np.array([0, 0, 0, 0, 6, 6, 3])
    outputs = np.array([[100, -1.5], [94, 1], [89, 2], [0, 90], [0, nan], [100, 0], [nan, nan]])
    emulation = Emulation(states, outputs.astype(np.float32), {"learned": 20})
    options = {} if threshold is None else {"threshold": threshold}
    rows, summary = TASK.answers(emulation, options, CLASSES)
    assert [row.get("similarity") for row in rows] == [100, 94, 89, 0, 0, 100, None]
    assert rows[0]["score"] == -1.5 and rows[4]["score"] is rows[4]["anomalous"] is None
    assert rows[6] == {}, "refused"
    assert summary == {"learned": 20, "threshold": threshold if threshold is not None else 90,
                       "nominal": 5 - anomalous, "anomalous": anomalous}  # fmt: skip
