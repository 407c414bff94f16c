"""Evolution, random search and Optuna's TPE at equal time, judged on lines none of them saw.

The train files are cut in two halves: one is searched, the other measures. No test file is read.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.runner import table
from benchmarks.search import sets
from benchmarks.search.chosen import main_metric, say
from benchmarks.search.question import Question, Setting, cell
from benchmarks.search.recorded import Recorded, record
from kinglet.pipeline import Pipeline
from kinglet.search import Space
from kinglet.search.strategy import Factory, Strategy
from kinglet.signals import Labelled, take
from kinglet.tasks import TASKS

BLOCKS = 4  # of each file: two are searched
FIGURES = {
    "score": ("best search score", 2),
    "held_out": ("held out, recommended", 3),
    "held_out_best": ("held out, highest score", 3),
    "per_second": ("candidates a second", 1),
}


def _tpe(space: Space, too_large: Callable[[Pipeline], str]) -> Strategy:
    from benchmarks.search.tpe import Tpe  # Optuna is in the extra `benchmark` only

    return Tpe(space, too_large)


STRATEGIES: dict[str, str | Factory] = {"evolution": "evolution", "random": "random", "TPE": _tpe}


def measure(name: str, setting: Setting) -> dict:
    """Figures of each strategy for each seed."""
    known = sets.find(name)
    whole = known.train()
    rows = sets.halves(whole, TASKS[known.task], BLOCKS)
    searched, measured = (take(whole, half) for half in rows)
    return {
        title: [
            figures(
                record(
                    searched,
                    known.choices(seed),
                    seconds=setting.seconds,
                    jobs=setting.jobs,
                    strategy=strategy,
                ),
                measured,
            )
            for seed in setting.seeds
        ]
        for title, strategy in STRATEGIES.items()
    }


def figures(recorded: Recorded, measured: Labelled) -> dict:
    """What a search found, on its own lines and on the others."""
    result = recorded.result
    task, values = result.context.task, measured.signals.values

    def held_out(place: int | None = None) -> float:
        candidate = result.best if place is None else result.ranking[place]
        return main_metric(task, measured.label, say(candidate.fitted, values))

    return {
        "score": recorded.best_score,
        "held_out": held_out(),
        "held_out_best": held_out(0),
        "candidates": len(recorded.entries),
        "per_second": len(recorded.entries) / float(recorded.moments[-1]),
        "pipeline_text": result.best.describe(),
    }


def markdown(runs: dict[str, dict], setting: Setting) -> str:
    """The table of the documentation: each set, then the means."""
    rows, values = [], []
    for name, run in runs.items():
        mean = [
            [float(np.mean([one[figure] for one in run[title]])) for title in STRATEGIES]
            for figure in FIGURES
        ]
        values.append(mean)
        rows.append([name, *_cells(mean)])
    rows.append(["**mean**", *_cells(np.mean(values, axis=0).tolist())])
    columns = [f"{words}: {title}" for words, _ in FIGURES.values() for title in STRATEGIES]
    seeds = " ".join(map(str, setting.seeds))
    return (
        f"Searches of {setting.seconds:g} s with {setting.jobs} job of half of the train lines "
        f"(every second of {BLOCKS} blocks), seeds {seeds}; the other half measures. "
        "TPE has one study for each family of models, families in turn.\n\n"
        + table(["set", *columns], rows)
    )


def _cells(mean: list[list[float]]) -> list[str]:
    return [
        cell(value, digits)
        for values, (_, digits) in zip(mean, FIGURES.values(), strict=True)
        for value in values
    ]


STRATEGIES_QUESTION = Question(
    name="strategies",
    title="Strategies at equal time",
    setting=Setting(seconds=60, jobs=1, seeds=(0, 1, 2)),
    sets=("ceiling_fan_speed", "hand_gestures", "watch_activities", "battery_capacity"),
    measure=measure,
    markdown=markdown,
)
