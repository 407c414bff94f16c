"""A search for anomaly detection: it finds, it says what it knows, it keeps its bounds."""

import json
from dataclasses import replace

import numpy as np
import pytest

from kinglet import workflow
from kinglet.errors import InputError, NothingFitsError, StickingError
from kinglet.library import refuse_sticking
from kinglet.search import Result, search
from kinglet.signals import Labelled, Signals, label_machines
from tests import anomaly_samples as samples
from tests.search.test_play import two_machines, wild_noise

SMALL = {"task": "anomaly", "budget": None, "candidates": 4, "jobs": 1, "estimate": False}


def machine(shape=samples.SHAPE, n: int = 80, abnormal: bool = True) -> Labelled:
    kinds = (samples.nominal, samples.abnormal)[: 1 + abnormal]
    return label_machines(*(Signals.from_array(f(n, 0, shape)) for f in kinds))


@pytest.fixture(scope="module")
def result() -> Result:
    return search(machine(), **SMALL)


@pytest.fixture(scope="module")
def library(result):
    return result.best.build()


@pytest.fixture(scope="module")
def stream() -> Result:
    return search(machine(samples.STREAM, 200), **SMALL)


def test_finds_what_is_there_to_find(result, library):
    assert result.best.score > 90 and result.evaluated == 4
    learn = samples.nominal(60, 8)
    found = library.emulate(samples.abnormal(60, 9), learn=learn).outputs[:, 0] < 90
    false_alarms = library.emulate(samples.nominal(60, 9), learn=learn).outputs[:, 0] < 90
    assert found.mean() > 0.9 and false_alarms.mean() < 0.1


def test_the_library_has_the_minimum_and_the_factor(result, library):
    knowledge = library.trained.knowledge
    assert knowledge.minimum == result.best.learning["minimum_learning"] >= 20
    assert knowledge.learned == 80, "every nominal line"
    assert f"NEAI_MINIMUM_LEARNING {knowledge.minimum}" in library.sources.header
    pretrained = library.emulate(samples.nominal(60, 9), pretrained=True).outputs[:, 0]
    assert (pretrained >= 90).mean() > 0.85
    assert knowledge.factor == result.best.fitted.knowledge.factor


def test_out_of_fold_rows_are_those_of_the_summary(result):
    document = json.loads(json.dumps(result.to_json()))
    rows, label = document["out_of_fold"], result.context.data.label
    assert [row["true_class"] for row in rows] == [samples.CLASSES[value] for value in label]
    assert set(rows[0]) == {"signal", "file", "line", "similarity", "score", "true_class"}
    alarms = [row["similarity"] < 90 for row in rows]
    assert document["false_alarms"] == np.mean(alarms[:80])
    assert document["detection"] == np.mean(alarms[80:])
    assert document["abnormal_signals"] == "given"
    splits = document["splits"]
    assert splits["worst"] <= document["balanced_accuracy"] and len(splits["each"]) == 10
    scores = list(result.best.evaluation.split_scores)
    expected = 85 * min(scores) + 10 * np.mean(scores)
    assert expected < document["score"] < expected + 5, "then margin and thrift"


def test_without_abnormal_signals_it_says_so(result):
    imitated = search(machine(abnormal=False), **SMALL)
    assert imitated.to_json()["abnormal_signals"] == "imitated"
    for candidate in imitated.ranking:
        assert candidate.fitted.knowledge.factor == 1
    for own, split in zip(imitated.context.splits, result.context.splits, strict=True):
        assert own.kind == split.kind
    assert imitated.best.summary()["false_alarms"] < 0.15


def test_a_stream_is_cut_and_not_shuffled(stream):
    assert {split.kind for split in stream.context.splits} == {"block"}
    for split in stream.context.splits:
        for kind in (0, 1):
            held_out = split.test[stream.context.data.label[split.test] == kind]
            assert (np.diff(held_out) == 1).all()
    assert len(stream.context.splits) == 5
    assert stream.best.learning["false_alarms_after_one_block"]["mean"] is not None


def test_two_machines_of_opposite_kinds():
    best = search(two_machines(), **SMALL).best
    each = best.summary()["machines"]
    assert [row["machine"] for row in each] == [0, 1]
    assert all(row["balanced_accuracy"] > 0.9 for row in each)
    assert min(best.evaluation.split_scores) > 0.8


def test_a_hard_machine_is_not_hidden_behind_an_easy_one():
    data = two_machines()
    values = data.signals.values.copy()
    hard = (data.machine == 1) & (data.label == 1)
    values[hard] = values[(data.machine == 1) & (data.label == 0)][::-1]
    best = search(replace(data, signals=replace(data.signals, values=values)), **SMALL).best
    each = best.summary()["machines"]
    assert each[0]["balanced_accuracy"] > 0.85 > 0.65 > each[1]["balanced_accuracy"]
    assert min(best.evaluation.split_scores) < 0.65


def test_same_seed_same_bytes_whatever_the_jobs(result, library, tmp_path):
    two = search(machine(), **SMALL | {"jobs": 2})
    assert [e.pipeline for e in two.evaluations] == [e.pipeline for e in result.evaluations]
    assert [e.score for e in two.evaluations] == [e.score for e in result.evaluations]
    assert two.best.learning == result.best.learning
    first = library.save(tmp_path / "one.zip").read_bytes()
    assert first == two.best.build().save(tmp_path / "two.zip").read_bytes()


def test_forgetting_is_part_of_the_library(result):
    data = machine()
    forgets = search(data, **SMALL | {"candidates": 1, "forget": 50}).best
    assert forgets.fitted.model_fit["horizon"] == 50
    assert result.best.fitted.model_fit["horizon"] == 2**24, "never"
    with pytest.raises(InputError, match="forget is 19"):
        search(data, **SMALL, forget=19)


def test_knowledge_is_bounded(result):
    sizes = [entry.sizes.knowledge_bytes for entry in result.evaluations]
    assert max(sizes) <= 4096
    bound = min(sizes)
    small = search(machine(), **SMALL, max_knowledge=bound)
    assert small.refused["knowledge"] >= 1
    assert {entry.sizes.knowledge_bytes for entry in small.evaluations} == {bound}
    with pytest.raises(NothingFitsError, match=r"64 bytes of knowledge \(--max-knowledge\)"):
        search(machine(), **SMALL, max_knowledge=64)


@pytest.mark.parametrize("model", ["lda", "nonsense"])
def test_models_are_those_that_learn(model):
    with pytest.raises(InputError, match=f"'{model}' for anomaly.*micro_clusters"):
        search(machine(), **SMALL, model=(model,))


def test_only_the_models_that_are_asked_for():
    chosen = search(machine(samples.STREAM, 200), **SMALL | {"candidates": 3}, model=("evt",))
    assert {entry.pipeline.model.name for entry in chosen.evaluations} == {"evt"}
    assert all(shown.fitted.knowledge.factor == 1 for shown in chosen.leaderboard)


def test_libraries_that_stick_are_never_the_result():
    data = label_machines(*(Signals.from_array(wild_noise(80, seed)) for seed in (0, 1)))
    with pytest.raises(NothingFitsError, match="says the same of all signals"):
        search(data, **SMALL)


def stuck(candidate):
    """The candidate with a limit that nothing exceeds."""
    knowledge = replace(candidate.fitted.knowledge, factor=1e9)
    fitted = replace(candidate.fitted, knowledge=knowledge)
    return replace(candidate, evaluation=replace(candidate.evaluation, fitted=fitted))


def test_a_finished_library_that_sticks_is_refused(result, library):
    nominal = samples.nominal(80)
    refuse_sticking(library, nominal, 0)
    with pytest.raises(StickingError, match="sticks"):
        stuck(result.best).build()


def test_a_library_that_sticks_is_passed_over(result):
    first, second = result.recommended[:2]
    entries = [stuck(first).evaluation, second.evaluation]
    candidate, library = workflow.build_best(replace(result, evaluations=entries))
    assert candidate.evaluation is second.evaluation
    assert library.trained.pipeline == second.evaluation.pipeline


def test_where_all_stick_the_reason_is_told(result):
    entries = [stuck(result.best).evaluation]
    with pytest.raises(NothingFitsError, match=r"refused; of the last one: .*sticks"):
        workflow.build_best(replace(result, evaluations=entries))
