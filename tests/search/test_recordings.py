"""Recordings kept together, and what is said where that shows another accuracy."""

from dataclasses import replace

import numpy as np
import pytest

from kinglet.costs import CostModel
from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import model, selector, step
from kinglet.record import ENDLESS, Shape
from kinglet.search import blocks, search
from kinglet.search.evaluate import evaluate
from kinglet.search.limits import Limits
from kinglet.search.problem import Problem
from kinglet.search.store import Store
from kinglet.signals import Labelled, Signals, Split, label_targets
from kinglet.tasks import TASKS
from kinglet.workflow import build_best, describe

RECORDINGS, EACH = 6, 10  # of each class


def recorded(*, telling: bool) -> Labelled:
    """Tones of two classes; the frequency tells the class, or nothing but the recording."""
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(2 * RECORDINGS), EACH)
    label = (group % 2).astype(np.int32)
    own = rng.permutation(np.linspace(0.2, 1.4, 2 * RECORDINGS))[group]
    frequency = 0.3 + 0.6 * label if telling else own
    time = np.arange(64)
    phase = rng.uniform(0, 6.28, (len(group), 1))
    x = np.sin(frequency[:, None] * time + phase) + 0.1 * rng.normal(size=(len(group), 64))
    signals = Signals.from_array(x[:, :, None].astype(np.float32), group=group)
    return Labelled(signals, label, ("a", "b"))


@pytest.mark.parametrize("telling", [True, False])
def test_a_class_that_only_its_recordings_have_is_told(telling):
    result = search(recorded(telling=telling), candidates=2, budget=None, jobs=1, estimate=False)
    found = result.recordings
    assert "6 recordings of a" in found.words and "6 recordings of b" in found.words
    document = describe(result, *build_best(result))
    warned = [text for text in document["warnings"] if "torn apart" in text]
    assert document["recordings"]["torn"] == found.torn > 0.9
    if telling:
        assert found.together > 0.9 and not warned
    else:
        assert found.together < 0.8 and len(warned) == 1


def test_one_recording_a_class_is_compared_with_nothing():
    data = recorded(telling=True)
    alone = Signals.from_array(data.signals.values)
    result = search(
        Labelled(alone, data.label, data.classes), candidates=1, budget=None, jobs=1, estimate=False
    )
    assert result.recordings is None and result.to_json()["recordings"] is None


def test_targets_have_recordings_too():
    data = recorded(telling=True)
    target = data.signals.group % 4 + np.arange(len(data.label)) % EACH / EACH
    result = search(
        label_targets(data.signals, target),
        task="extrapolation", candidates=1, budget=None, jobs=1,
        estimate=False, model=["linear_regression"],
    )  # fmt: skip
    assert "12 recordings" in result.recordings.words


def test_few_recordings_with_targets_are_compared_too():
    """Five recordings or fewer are the folds of one kind of split, the blocks, alone."""
    data = recorded(telling=False)
    rng = np.random.default_rng(0)
    signals = replace(data.signals, group=data.signals.group // 3)
    result = search(
        label_targets(signals, rng.normal(size=len(data.label))),
        task="extrapolation", candidates=1, budget=None, jobs=1,
        estimate=False, model=["linear_regression"],
    )  # fmt: skip
    blocks = result.best.evaluation.split_scores
    assert "4 recordings" in result.recordings.words
    assert result.recordings.together == pytest.approx(np.mean(blocks)) and len(blocks) == 4


def test_splits_of_one_name_with_other_lines_share_no_selection(tmp_path):
    """What was selected for recordings kept together has seen lines that are held out torn."""
    data = recorded(telling=True)
    pipeline = Pipeline(
        tuple(blocks.statistics()),
        step("scale"),
        selector("tree_importance", count=8),
        model("ridge"),
    )

    def judged(folder, *lists):
        folder.mkdir()
        problem = Problem(
            task=TASKS["classification"],
            store=Store.create(folder, data.signals.values, 0),
            label=data.label,
            machine=data.machine,
            classes=data.classes,
            shape=Shape(64, 1),
            limits=Limits(32 << 10, 128 << 10, 0.02, 80e6),
            costs=CostModel("cortex-m4f"),
            seed=0,
            horizon=ENDLESS,
            imitated=False,
        )
        return [evaluate(problem, list(splits), pipeline).held_out["random"] for splits in lists]

    few, many = (
        [Split("random", 0, np.flatnonzero(known), np.flatnonzero(~known))]
        for known in (data.signals.group < 2, data.signals.group < 9)
    )
    _, after = judged(tmp_path / "after", few, many)
    np.testing.assert_array_equal(after, *judged(tmp_path / "alone", many))
