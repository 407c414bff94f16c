"""Whether more candidates choose a better library, by the rule of the search and by others.

No candidate is stopped early, so that every rule has all scores of all candidates.
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.extrapolation import WithoutRace
from benchmarks.runner import table
from benchmarks.search import sets
from benchmarks.search.chosen import Judge, chooser
from benchmarks.search.question import EXT, NCC, Question, Setting, cell
from benchmarks.search.recorded import record
from kinglet.search import Evaluation, executors
from kinglet.search.board import ranked
from kinglet.search.context import Context

COUNTS = (10, 30, 100, 300, 1000, 3000, 10000, 30000)
ENSEMBLE = 3
RULES = {
    "recommended": "Kinglet's rule",
    "highest_score": "highest score",
    "random_splits": "highest mean over random splits",
    "simplest": "simplest within a standard error",
    "ensemble": f"mean of the best {ENSEMBLE}",
}


def measure(name: str, setting: Setting) -> dict:
    """The test metric of what each rule chooses of the first candidates."""
    known = sets.find(name)
    workers, count = executors.local(setting.jobs)
    with workers:
        recorded = record(
            known.train(),
            known.choices(setting.seeds[0]),
            seconds=setting.seconds,
            jobs=count,
            executor=WithoutRace(workers),
        )
    context = recorded.result.context
    entries = sorted(recorded.entries, key=lambda entry: entry.number)
    judge = Judge(context, *known.test())
    found = {}
    with chooser(context) as rules:
        for first in (*(first for first in COUNTS if first < len(entries)), len(entries)):
            part = entries[:first]
            if not any(entry.complete for entry in part):
                continue
            chosen = {"recommended": [rules.recommended(part)], **others(part, context)}
            found[str(first)] = {
                "test": {rule: judge.metric(*those) for rule, those in chosen.items()},
                "numbers": {rule: [e.number for e in those] for rule, those in chosen.items()},
            }
    return {"candidates": len(entries), "first": found}


def others(part: Sequence[Evaluation], context: Context) -> dict[str, list[Evaluation]]:
    """What the other rules choose: one candidate, or several whose outputs are averaged."""
    order = ranked(part)
    random = np.array([split.kind == "random" for split in context.splits])
    random |= not random.any()  # a series in time has none

    def over_random(entry: Evaluation) -> float:
        return float(np.mean(np.array(entry.split_scores, dtype=float)[random]))

    best = max(entry.mean for entry in order)
    enough = best - context.rules["standard_error"](best)
    different: dict[str, Evaluation] = {}
    for entry in order:  # the best of each family of models: alike ones add nothing
        different.setdefault(entry.pipeline.model.name, entry)
    return {
        "highest_score": [order[0]],
        "random_splits": [max(order, key=over_random)],
        "simplest": [max((e for e in order if e.mean >= enough), key=lambda e: e.thrift)],
        "ensemble": list(different.values())[:ENSEMBLE],
    }


def markdown(runs: dict[str, dict], setting: Setting) -> str:
    """Means over the sets, up to what all of them reached, then each set at its end."""
    reached = [
        str(count) for count in COUNTS if all(str(count) in run["first"] for run in runs.values())
    ]
    rows = []
    for first in reached:
        means = [
            np.mean([run["first"][first]["test"][rule] for run in runs.values()]) for rule in RULES
        ]
        rows.append([first, *map(cell, means)])
    ends = {name: str(run["candidates"]) for name, run in runs.items()}
    tests = {name: run["first"][ends[name]]["test"] for name, run in runs.items()}
    rows.append(["all", *(cell(np.mean([t[rule] for t in tests.values()])) for rule in RULES)])
    text = (
        f"Main metric on the test files of what is chosen among the first candidates of one search "
        f"of {setting.seconds:g} s with {setting.jobs} jobs, none stopped early; mean over the "
        "sets. The mean of the best is that of the outputs of the best candidates of "
        f"{ENSEMBLE} families of models.\n\n" + table(["candidates", *RULES.values()], rows)
    )
    each = [
        [name, ends[name], *(cell(test[rule]) for rule in RULES)] for name, test in tests.items()
    ]
    return text + "\n" + table(["set", "candidates", *RULES.values()], each)


CURSE = Question(
    name="curse",
    title="More candidates",
    setting=Setting(seconds=300, jobs=2, seeds=(0,)),
    sets=NCC + EXT,
    measure=measure,
    markdown=markdown,
)
