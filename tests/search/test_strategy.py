"""Strategies: what they ask can be built and is new, and evolution finds more than chance."""

from dataclasses import replace

import numpy as np
import pytest

from kinglet.costs import Sizes
from kinglet.pipeline import Pipeline, Use
from kinglet.pipeline.spec import chain_outputs
from kinglet.record import (
    ALL_TASKS,
    ANOMALY,
    CLASSIFICATION,
    EXTRAPOLATION,
    Learner,
    Shape,
    models,
    selectors,
    steps,
)
from kinglet.search import blocks
from kinglet.search.evaluate import Evaluation
from kinglet.search.space import MOST_JOINED, Space
from kinglet.search.strategy import make_strategy, moves
from kinglet.search.strategy.archive import Archive
from kinglet.search.strategy.bandit import FLOOR, Bandit
from kinglet.search.strategy.base import LEARNER_TAILS, TAILS
from kinglet.search.strategy.structure import Structure

SHAPES = (Shape(1024, 1), Shape(64, 3), Shape(4, 1), Shape(1, 8))
NAMES = ("evolution", "random")
GENERATION = 8
ONE_MODEL = ("lda", "micro_clusters", "gaussian_mixture", "linear_regression")
CASES = [
    (task, shape, allowed, name)
    for task in ALL_TASKS
    for shape in SHAPES
    for allowed in ((), *((one,) for one in ONE_MODEL if task in models()[one].tasks))
    for name in NAMES
]


def worth(pipeline: Pipeline) -> float:
    """A made-up metric: some branches, a model, its settings and a count are better than others."""
    names = {chain[-1].name for chain in pipeline.branches}
    after = {chain[-1].name for chain in pipeline.branches if chain[0].name == "differences"}
    settings = pipeline.model.settings
    value = 0.4 + 0.12 * ("stft_map" in names) + 0.05 * ("autocorrelation" in after)
    value += 0.06 * ("spectral_shape" in names) - 0.004 * len(pipeline.branches)
    value += {"mlp": 0.12, "rbf": 0.1, "lda": 0.05}.get(pipeline.model.name, 0.03)
    value -= 0.03 * abs(np.log2(pipeline.selection.settings.get("count", 64) / 48))
    if pipeline.model.name == "mlp":
        value -= 0.02 * abs(np.log10(settings["penalty"]) + 2.7)
        value -= 0.01 * abs(settings["hidden"] - 32) / 16
    return float(np.clip(value, 0, 1))


def told(pipeline: Pipeline, number: int = 0, metric: float | None = None) -> Evaluation:
    """A complete evaluation."""
    value = worth(pipeline) if metric is None else metric
    sizes = Sizes(1000, 5000 + 100 * len(pipeline.branches), 1e5)
    return Evaluation(pipeline, (value, value), True, sizes=sizes, number=number)


def run(name: str, space: Space, candidates: int, **arguments) -> list[list[Pipeline]]:
    """The batches of a search by `worth`, in which each knows what the loop lets it know."""
    strategy = make_strategy(name, space, **arguments)
    batches: list[list[Pipeline]] = []
    known: list[Evaluation] = []
    asked = read = 0
    while asked < candidates:
        for batch in batches[read : max(0, (len(batches) // GENERATION - 1) * GENERATION)]:
            known += [told(pipeline, len(known)) for pipeline in batch]
            read += 1
        batch = strategy.ask(len(batches), known)
        if not batch:
            break
        batches.append(batch)
        asked += len(batch)
    return batches


def check(pipeline: Pipeline, space: Space) -> None:
    """Everything that a pipeline must be to be built."""
    assert Pipeline.from_json(pipeline.to_json()) == pipeline, "a value is out of its range"
    uses = [use for chain in pipeline.chains() for use in chain]
    assert all(space.task in steps()[use.name].tasks for use in [*uses, pipeline.scale])
    assert pipeline.model.name in space.models
    assert len(set(pipeline.branches)) == len(pipeline.branches)
    joined = sum(chain_outputs(chain, space.shape) for chain in pipeline.chains())
    assert 0 < joined <= MOST_JOINED
    kind = models()[pipeline.model.name]
    if isinstance(kind, Learner):
        assert all(steps()[use.name].fit_kind == "none" for use in [*uses, pipeline.scale])
        count = min(joined, pipeline.selection.settings.get("count", joined))
        assert kind.accepts(pipeline.model.settings, count)


@pytest.mark.parametrize(("task", "shape", "allowed", "name"), CASES)
def test_what_is_asked_is_valid_and_new(task, shape, allowed, name):
    space = Space(task, shape, 4, allowed)
    batches = run(name, space, 120)
    pipelines = [pipeline for batch in batches for pipeline in batch]
    assert len(pipelines) >= 100
    assert len({pipeline.canonical() for pipeline in pipelines}) == len(pipelines)
    assert pipelines[: len(space.portfolio)] == space.portfolio
    most = LEARNER_TAILS if task == ANOMALY else TAILS
    for batch in batches:
        assert len(batch) <= most
        assert len({Structure.of(pipeline) for pipeline in batch}) == 1
        for pipeline in batch:
            check(pipeline, space)


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_batches(name):
    shape = Shape(64, 3)
    once, twice = (run(name, Space(CLASSIFICATION, shape, 7), 200) for _ in range(2))
    other = run(name, Space(CLASSIFICATION, shape, 8), 200)
    assert once == twice
    assert once != other


def test_neither_display_nor_seconds_change_what_is_asked():
    space = Space(CLASSIFICATION, Shape(64, 3), 0)
    known = [told(pipeline, number) for number, pipeline in enumerate(space.portfolio)]
    slow = [replace(entry, seconds=entry.number * 10.0) for entry in known]
    first, second = (make_strategy("evolution", space) for _ in range(2))
    second.families(slow[:5])
    start = len(known)
    assert [first.ask(start + i, known) for i in range(5)] == [
        second.ask(start + i, slow) for i in range(5)
    ]


def test_a_third_of_the_tails_are_of_strong_families():
    space = Space(CLASSIFICATION, Shape(64, 3), 0)
    for batch in run("evolution", space, 300)[len(space.portfolio) :]:
        strong = [p for p in batch if p.model.name in ("mlp", "rbf", "extra_trees")]
        assert 3 * len(strong) >= len(batch)


@pytest.mark.parametrize("name", NAMES)
def test_what_costs_next_to_nothing_is_tried_beside(name):
    space = Space(CLASSIFICATION, Shape(64, 3), 0, ("extra_trees",))
    costly = {p.name for p in models()["extra_trees"].parameters if not p.cheap}
    shared = total = 0
    for batch in run(name, space, 300)[len(space.portfolio) :]:
        grown = {
            (p.selection, *((key, p.model.settings[key]) for key in sorted(costly))) for p in batch
        }
        shared += len(batch) - len(grown)
        total += len(batch)
    assert shared > total / 3


def test_a_space_that_is_used_up_gives_no_more():
    space = Space(ANOMALY, Shape(1, 8), 0, ("evt",))
    batches = run("evolution", space, 1000)
    pipelines = [pipeline for batch in batches for pipeline in batch]
    values = [len(p.choices) for p in models()["evt"].parameters]
    # Whatever is not the plain values of the stream is of the portfolio.
    assert 0.9 * np.prod(values) <= len(set(pipelines)) == len(pipelines) < 1000


def test_what_is_too_large_is_never_asked():
    def too_large(pipeline: Pipeline) -> str:
        return "flash" if pipeline.model.name == "rbf" else ""

    space = Space(CLASSIFICATION, Shape(64, 3), 0)
    batches = run("evolution", space, 300, too_large=too_large)[len(space.portfolio) :]
    assert {p.model.name for batch in batches for p in batch} >= {"mlp", "lda"}
    assert not any(too_large(p) for batch in batches for p in batch)


def test_unknown_strategies_are_named():
    with pytest.raises(ValueError, match="no strategy 'luck'"):
        make_strategy("luck", Space(CLASSIFICATION, Shape(64, 3), 0))


def elites(task: str = CLASSIFICATION, shape: Shape = SHAPES[1]) -> tuple[Space, list[Structure]]:
    space = Space(task, shape, 0)
    return space, [Structure.of(pipeline) for pipeline in space.portfolio]


def after(move, structure: Structure, other: Structure, space: Space) -> list[Structure]:
    """What a move makes of a structure, with several seeds; only where it makes something else."""
    made = (move(structure, other, space, np.random.default_rng(seed)) for seed in range(40))
    return [new for new in made if new != structure]


def test_moves_change_what_they_say_and_nothing_else():
    space, (_, whole, union, *_) = elites()
    rest = replace(whole, branches=())
    chains = set(whole.branches)

    def results(move) -> list[Structure]:
        found = after(move, whole, union, space)
        assert found, f"{move.__name__} does nothing"
        if move is not moves.change_selection:
            assert all(replace(new, branches=()) == rest for new in found)
        return found

    for new in results(moves.change_selection):
        assert new.branches == whole.branches
    for new in results(moves.change_steps):
        (old,), (fresh,) = chains - set(new.branches), set(new.branches) - chains
        assert [use.name for use in old] == [use.name for use in fresh]
        different = sum(a != b for u, v in zip(old, fresh, strict=True)
                        for a, b in zip(u.config, v.config, strict=True))  # fmt: skip
        assert 1 <= different <= 3
    for new in results(moves.insert_branch):
        assert set(new.branches) > chains and len(new.branches) == len(chains) + 1
    for new in results(moves.drop_branch):
        assert set(new.branches) < chains and len(new.branches) == len(chains) - 1
    for new in results(moves.swap_branch):
        assert len(chains - set(new.branches)) == 1
    for new in results(moves.insert_step):
        grown = set(new.branches) - chains
        assert all(chain[1:] in chains and chain[0].name in blocks.HEADS for chain in grown)
    for new in results(moves.drop_step):
        (old,) = chains - set(new.branches)
        left = [old[:place] + old[place + 1 :] for place in range(len(old) - 1)]
        assert any(set(new.branches) == chains - {old} | {chain} for chain in left)
    for new in results(moves.swap_step):
        (old,) = chains - set(new.branches)
        for fresh in set(new.branches) - chains:  # none where it was there already
            assert sum(a != b for a, b in zip(old, fresh, strict=True)) == 1
            assert old[-1] == fresh[-1]
    for new in results(moves.toggle_modulus):
        assert set(new.branches) == {c for c in chains if c[0].name != "modulus"}
    for new in results(moves.exchange):
        assert new.branches == union.branches
    bare = replace(whole, branches=tuple(blocks.kernels()))
    widened, *_ = after(moves.widen, bare, union, space)
    assert set(widened.branches) == {*bare.branches, *union.branches}
    doubled, *_ = after(moves.toggle_modulus, bare, union, space)
    assert {chain[0].name for chain in doubled.branches} == {"modulus", "kernels"}


@pytest.mark.parametrize("catalogue", (steps, models, selectors), ids=lambda c: c.__name__)
def test_neighbours_are_other_values_in_range(catalogue):
    rng = np.random.default_rng(0)
    for record in catalogue():
        for parameter in record.parameters:
            for value in (parameter.default, parameter.low, parameter.high, parameter.draw(rng)):
                if not parameter.check(value):
                    continue  # choices have no range
                new = {moves.neighbour(parameter, value, rng) for _ in range(20)}
                assert all(parameter.check(item) for item in new)
                assert new - {value}
                if parameter.choices and not isinstance(value, str):
                    places = [abs(parameter.choices.index(v) - parameter.choices.index(value))
                              for v in new]  # fmt: skip
                    assert set(places) == {1}


def test_what_means_nothing_keeps_its_default():
    record, rng = models()["kernel_regression"], np.random.default_rng(1)
    use = Use.of(record, method="svr", complexity=50.0)
    for _ in range(50):
        new = moves.changed(record, use, ["method"], rng).settings
        assert new["method"] != "svr" and new["complexity"] == 10.0
        assert {p.name for p in moves.active(record, use)} == {
            "method", "centres", "width", "complexity",
        }  # fmt: skip


def test_the_bandit_prefers_what_pays_for_its_work_and_starves_none():
    rng = np.random.default_rng(0)
    chance = {"good": 0.2, "dear": 0.2, "poor": 0.02, "never": 0.0}
    work = {"good": 1.0, "dear": 4.0, "poor": 1.0, "never": 1.0}
    bandit, tried = Bandit(list(chance)), dict.fromkeys(chance, 0)
    for _ in range(2000):
        shares = bandit.shares()
        assert sum(shares.values()) == pytest.approx(1)
        assert min(shares.values()) >= FLOOR / len(shares)
        family = str(rng.choice(list(shares), p=list(shares.values())))
        tried[family] += 1
        bandit.tell(family, float(rng.random() < chance[family]), work[family])
    assert tried["good"] > 1.5 * tried["dear"] > 1.5 * tried["never"]
    assert tried["good"] > 3 * tried["poor"]
    assert min(tried.values()) > 0.9 * 2000 * FLOOR / len(tried)


def test_the_bandit_follows_a_family_that_begins_to_pay():
    bandit = Bandit(("early", "late"))
    for _ in range(300):
        bandit.tell("early", 0.2, 1.0)
        bandit.tell("late", 0.0, 1.0)
    assert bandit.shares()["early"] > 0.7
    for _ in range(1000):
        bandit.tell("early", 0.0, 1.0)
        bandit.tell("late", 0.2, 1.0)
    assert bandit.shares()["late"] > 0.7


def test_elites_are_a_front_and_the_stopped_stand_in_only():
    space = Space(CLASSIFICATION, Shape(64, 3), 0, ("lda",))
    archive, (first, second, third, *_) = Archive(("lda",)), space.portfolio
    stopped = Evaluation(third, (0.9, None), False)
    assert archive.tell(stopped) == 0 and archive.elites("lda") == [stopped]
    good, better, cheap = told(first, 0, 0.8), told(second, 1, 0.9), told(third, 2, 0.5)
    assert archive.tell(good) == archive.tell(better) == 1.0
    cheap = replace(cheap, sizes=Sizes(10, 10, 10.0))
    archive.tell(cheap)
    archive.tell(replace(cheap, sizes=Sizes(900, 900, 900.0)))  # beaten in everything
    assert archive.elites("lda")[0] is better
    assert cheap in archive.elites("lda") and stopped not in archive.elites("lda")
    assert len(archive.elites("lda")) <= 3
    assert archive.tell(Evaluation(third, (None,), False, refused="flash")) == 0


def test_evolution_beats_chance():
    best = {
        name: [
            max(worth(p) for batch in run(name, space, 500) for p in batch)
            for space in (Space(CLASSIFICATION, Shape(64, 3), seed) for seed in range(8))
        ]
        for name in NAMES
    }
    assert np.mean(best["evolution"]) > np.mean(best["random"]) + 0.02
    wins = np.array(best["evolution"]) > np.array(best["random"])
    assert wins.sum() >= 6


def test_extrapolation_keeps_to_pools_that_hold_the_course():
    space, course = Space(EXTRAPOLATION, Shape(64, 3), 0), "segment_means"
    for batch in run("random", space, 200):
        assert any(use.name == course for chain in batch[0].branches for use in chain)
