"""Copies of training signals: learned only with their lines, found where they help, never in C."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from kinglet.library import measure_footprint
from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import model, selector, step
from kinglet.record import ALL_TASKS, ANOMALY, CLASSIFICATION, Shape, models
from kinglet.search import fit as fitting
from kinglet.search.blocks import branch
from kinglet.search.context import make_context
from kinglet.search.evaluate import evaluate
from kinglet.search.fit import fit, inputs
from kinglet.search.joined import join
from kinglet.search.problem import Problem
from kinglet.search.space import Space
from kinglet.search.store import chain_key, seed_of
from kinglet.search.strategy import make_strategy, moves
from kinglet.search.strategy.draw import augmentations
from kinglet.search.strategy.structure import Structure
from kinglet.signals import AUGMENTATIONS, Labelled, Split, augment, label_signals
from tests import samples

PLAIN = Pipeline(
    branches=(branch("time_statistics"), branch("bands", bands=8)),
    scale=step("scale"),
    selection=selector("forward", count=16),
    model=model("lda"),
)


def augmented(kind: str | None, pipeline: Pipeline = PLAIN) -> Pipeline:
    return replace(pipeline, augmentation=kind)


def problem_of(data: Labelled, folder: Path, seed: int = 0) -> Problem:
    folder.mkdir()
    return make_context(data, seed=seed).problem(folder)


def same(one, other) -> bool:
    """Whether two fitted pipelines are the same to the bit."""

    def arrays(fitted) -> dict[str, np.ndarray]:
        kept = {f"scale_{name}": array for name, array in fitted.scale_fit.items()}
        kept |= {f"model_{name}": array for name, array in fitted.model_fit.items()}
        return kept | {"selected": fitted.selected}

    left, right = arrays(one), arrays(other)
    assert left.keys() == right.keys()
    return all(np.asarray(left[k]).tobytes() == np.asarray(right[k]).tobytes() for k in left)


@pytest.mark.parametrize("kind", AUGMENTATIONS)
def test_json_names_an_augmentation_and_nothing_where_there_is_none(kind):
    pipeline = augmented(kind)
    text = json.dumps(pipeline.to_json())
    assert Pipeline.from_json(json.loads(text)) == pipeline
    assert pipeline.key() != PLAIN.key()
    assert AUGMENTATIONS[kind] in pipeline.describe()
    assert "augmentation" not in PLAIN.canonical() and "copies" not in PLAIN.describe()


def test_what_cannot_be_learned_is_refused():
    with pytest.raises(ValueError, match="augmentation 'shake'"):
        Pipeline.from_json(PLAIN.to_json() | {"augmentation": "shake"})
    learner = next(name for name in models().serving(ANOMALY))
    with pytest.raises(ValueError, match="learns on the device"):
        replace(augmented("jitter"), model=model(learner))


@pytest.mark.parametrize("kind", AUGMENTATIONS)
def test_held_out_lines_take_no_part_in_what_is_fitted(tmp_path, kind):
    data = samples.labelled()
    train, test = np.split(np.random.default_rng(0).permutation(len(data.signals)), [45])

    def fitted(name: str, rows: np.ndarray):
        values = data.signals.values.copy()
        values[rows] = 100 * values[rows] + 7
        changed = replace(data, signals=replace(data.signals, values=values))
        problem = problem_of(changed, tmp_path / name)
        return fit(problem, join(problem, augmented(kind)), augmented(kind), train)

    before = fitted("as it is", test[:0])
    assert same(before, fitted("held out changed", test))
    assert not same(before, fitted("learned changed", train[:5]))


@pytest.mark.parametrize("task", ["classification", "extrapolation"])
def test_a_model_learns_its_lines_and_one_copy_of_each(tmp_path, monkeypatch, task):
    values, label = samples.signals()
    target = samples.target_of(samples.TASKS[task], label).astype(float if task[0] == "e" else int)
    name = "lda" if task == CLASSIFICATION else "linear_regression"
    plain = replace(PLAIN, model=model(name))
    problem = replace(
        problem_of(samples.labelled(), tmp_path / "store"), task=samples.TASKS[task], label=target
    )
    problem = replace(problem, classes=problem.classes if task == CLASSIFICATION else ())
    rows = np.arange(1, 60, 2)
    seen = {}
    real = models()[name].fit

    def spy(config, x, y, n_outputs, seed):
        seen["x"], seen["y"] = x, y
        return real(config, x, y, n_outputs, seed)

    monkeypatch.setattr(models()[name], "fit", spy)
    joined = join(problem, plain)
    without = fit(problem, joined, plain, rows)
    x, y = seen["x"], seen["y"]
    for kind in AUGMENTATIONS:
        pipeline = augmented(kind, plain)
        fitted = fit(problem, joined, pipeline, rows)
        # What is chosen and how it is scaled are those of the lines as they are.
        np.testing.assert_array_equal(fitted.selected, without.selected)
        for key, array in without.scale_fit.items():
            np.testing.assert_array_equal(fitted.scale_fit[key], array)
        assert fitted.output == without.output
        np.testing.assert_array_equal(seen["y"], np.concatenate([y, y]))
        np.testing.assert_array_equal(seen["x"][: len(rows)], x)
        copies = augment(values, kind, seed_of(problem.store.seed, kind))[rows]
        by_the_library = fitting.answers(replace(fitted), copies)
        np.testing.assert_array_equal(
            fitting.outputs(fitted, seen["x"][len(rows) :]), by_the_library
        )
        np.testing.assert_array_equal(inputs(fitted, joined, rows), x)


def test_copies_and_their_features_are_computed_once(tmp_path, monkeypatch):
    problem = problem_of(samples.labelled(), tmp_path / "store")
    joined = join(problem, PLAIN)
    first = fit(problem, joined, augmented("rotation"), np.arange(40))
    for chain in PLAIN.chains():
        assert (problem.store.folder / f"{chain_key(chain)}_rotation.npy").is_file()

    def never(*_, **__):
        raise AssertionError("computed again")

    monkeypatch.setattr("kinglet.search.store.augment", never)
    monkeypatch.setattr("kinglet.search.store.run_chain", never)
    other = copy.copy(problem.store)
    other.__init__(problem.store.folder, problem.store.seed)  # as another worker opens it
    again = replace(problem, store=other)
    assert same(first, fit(again, join(again, PLAIN), augmented("rotation"), np.arange(40)))


@pytest.mark.parametrize("kind", AUGMENTATIONS)
def test_the_seed_decides_the_bytes(tmp_path, kind):
    one, twin, other = (
        fit(problem, join(problem, augmented(kind)), augmented(kind), problem.lines)
        for problem in (
            problem_of(samples.labelled(), tmp_path / name, seed)
            for name, seed in (("one", 0), ("twin", 0), ("other", 1))
        )
    )
    assert same(one, twin)
    assert not same(one, other)


def test_the_finished_library_is_no_larger(tmp_path):
    problem = problem_of(samples.labelled(), tmp_path / "store")
    sizes = []
    for kind in (None, *AUGMENTATIONS):
        pipeline = augmented(kind, replace(PLAIN, selection=selector("forward", count=8)))
        fitted = fit(problem, join(problem, pipeline), pipeline, problem.lines)
        costs = problem.costs
        sizes.append(measure_footprint(fitted, problem.task, costs.target, costs.optimise))
    assert all(size == sizes[0] for size in sizes)


MOUNTINGS = 5


def mountings(n: int = 250) -> tuple[Labelled, list[Split]]:
    """Postures of a sensor in five mountings; each split learns one and tests the others.

    A wide angle tells the postures apart in all of them. In each alone a narrow one does so with
    less noise, but the next mounting is off by more than that.
    """
    rng = np.random.default_rng(5)
    label, group = np.arange(n) % 2, np.arange(n) * MOUNTINGS // n
    side = 2.0 * label - 1
    wide = side * 0.5 + 0.15 * rng.normal(size=n)
    narrow = side * 0.03 + 0.005 * rng.normal(size=n)
    gravity = np.stack([wide, narrow, np.ones(n)], axis=1)
    values = gravity[:, None, :] + 0.02 * rng.normal(size=(n, 16, 3))
    turn = Rotation.from_rotvec(np.deg2rad(rng.uniform(-12, 12, size=(MOUNTINGS, 3))))
    values = np.einsum("nij,nkj->nki", turn.as_matrix()[group], values)
    data = label_signals(values.astype(np.float32), np.array(["left", "right"])[label], group=group)
    lines = np.arange(n)
    splits = [
        Split("block", fold, lines[group == fold], lines[group != fold])
        for fold in range(MOUNTINGS)
    ]
    return data, splits


def test_rotation_is_found_to_help_a_sensor_that_is_mounted_anew(tmp_path):
    data, splits = mountings()
    problem = problem_of(data, tmp_path / "store")
    pipeline = replace(
        PLAIN,
        branches=(branch("segment_means", segments=4),),
        selection=selector("forward", count=16),
    )
    worst = {
        kind: min(evaluate(problem, splits, augmented(kind, pipeline)).split_scores)
        for kind in (None, "rotation", "jitter")
    }
    assert worst[None] < 0.8
    assert worst["rotation"] > 0.95
    assert worst["jitter"] < worst["rotation"], "it is not the mere number of lines"


@pytest.mark.parametrize("task", ALL_TASKS)
@pytest.mark.parametrize("shape", [Shape(64, 3), Shape(64, 1), Shape(1, 3)])
def test_what_a_search_may_try_goes_with_task_and_shape(task, shape):
    kinds = augmentations(Space(task, shape, 0))
    assert not kinds if task == ANOMALY or shape.is_sample else kinds
    assert ("rotation" in kinds) == (shape == (64, 3) and task != ANOMALY)


def test_the_move_adds_changes_and_drops():
    space = Space(CLASSIFICATION, Shape(64, 3), 0)
    plain = Structure.of(space.portfolio[0])
    seeds = [np.random.default_rng(seed) for seed in range(60)]

    def moved(structure: Structure) -> set[Structure]:
        return {moves.change_augmentation(structure, plain, space, rng) for rng in seeds}

    every = {replace(plain, augmentation=kind) for kind in augmentations(space)}
    assert moved(plain) == every
    for structure in every:
        assert moved(structure) == {plain, *every} - {structure}
    device = Space(ANOMALY, Shape(64, 3), 0)
    (structure, *_) = (Structure.of(pipeline) for pipeline in device.portfolio)
    assert moves.change_augmentation(structure, structure, device, seeds[0]) == structure


@pytest.mark.parametrize("name", ["evolution", "random"])
def test_a_small_share_of_what_is_asked_is_augmented(name):
    space = Space(CLASSIFICATION, Shape(64, 3), 0)
    strategy = make_strategy(name, space)
    batches = [strategy.ask(index, []) for index in range(len(space.portfolio) + 150)]
    for batch in batches:
        assert len({pipeline.augmentation for pipeline in batch}) == 1
    kinds = [batch[0].augmentation for batch in batches]
    assert not any(kinds[: len(space.portfolio)])
    assert {None} < set(kinds) <= {None, *augmentations(space)}
    assert np.mean([kind is not None for kind in kinds]) < 0.2
