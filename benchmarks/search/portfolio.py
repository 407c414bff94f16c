"""What the portfolio, and the order of it, saves."""

from collections.abc import Callable

import numpy as np

from benchmarks.runner import table
from benchmarks.search import sets
from benchmarks.search.question import EXT, NCC, Question, Setting, cell
from benchmarks.search.recorded import record
from kinglet.pipeline import Pipeline
from kinglet.search import Space
from kinglet.search.strategy import Factory, Strategy, make_strategy

NEAR = (0.95, 0.99)  # of the best final score of all starts


def _evolution(change: Callable[[list[Pipeline], int], list[Pipeline]]) -> Factory:
    """Evolution in a space whose portfolio was changed, knowing its seed."""

    def make(space: Space, too_large: Callable[[Pipeline], str]) -> Strategy:
        # The loop reads the portfolio of the same space.
        space.portfolio[:] = change(list(space.portfolio), space.seed)
        return make_strategy("evolution", space, too_large)

    return make


def _shuffled(portfolio: list[Pipeline], seed: int) -> list[Pipeline]:
    order = np.random.default_rng(seed).permutation(len(portfolio))
    return [portfolio[place] for place in order]


STARTS: dict[str, tuple[str, str | Factory]] = {
    "ordered": ("as it is", "evolution"),
    "shuffled": ("shuffled", _evolution(_shuffled)),
    "none": ("none", _evolution(lambda portfolio, seed: [])),
}


def measure(name: str, setting: Setting) -> dict:
    """Time of each start to most of the best score of all, mean over the seeds."""
    known = sets.find(name)
    data = known.train()
    runs = []
    for seed in setting.seeds:
        started = {
            start: record(
                data,
                known.choices(seed),
                seconds=setting.seconds,
                jobs=setting.jobs,
                strategy=strategy,
            )
            for start, (_, strategy) in STARTS.items()
        }
        best = max(recorded.best_score for recorded in started.values())
        runs.append(
            {
                start: {
                    "final_score": recorded.best_score,
                    "candidates": len(recorded.entries),
                    "seconds": float(recorded.moments[-1]),
                    "seconds_to": {str(s): recorded.seconds_to(s * best) for s in NEAR},
                }
                for start, recorded in started.items()
            }
        )
    return {"seeds": runs}


def markdown(runs: dict[str, dict], setting: Setting) -> str:
    """The table of the documentation; a start that does not get there counts the whole time."""
    columns = ["set"]
    for share in NEAR:
        columns += [f"{100 * share:.0f} %: {title}" for title, _ in STARTS.values()]
    columns += [f"final score: {title}" for title, _ in STARTS.values()]
    rows, figures, missed = [], [], 0
    for name, run in runs.items():
        values = []
        for share in NEAR:
            for start in STARTS:
                tried = [(one[start]["seconds_to"][str(share)], one[start]) for one in run["seeds"]]
                missed += sum(seconds is None for seconds, _ in tried)
                spent = [own["seconds"] if took is None else took for took, own in tried]
                values.append(float(np.mean(spent)))
        for start in STARTS:
            values.append(float(np.mean([one[start]["final_score"] for one in run["seeds"]])))
        figures.append(values)
        rows.append([name, *(cell(value, 1) for value in values)])
    rows.append(["**mean**", *(cell(value, 1) for value in np.mean(figures, axis=0))])
    return (
        f"Seconds to so much of the best score that any start reached, searches of "
        f"{setting.seconds:g} s with {setting.jobs} jobs, {len(setting.seeds)} seed. The portfolio "
        "in its order, shuffled, and none: then the first candidates are random. "
        f"{missed} runs did not get there and count the whole time.\n\n" + table(columns, rows)
    )


PORTFOLIO = Question(
    name="portfolio",
    title="What the portfolio saves",
    setting=Setting(seconds=60, jobs=2, seeds=(0,)),
    sets=NCC + EXT,
    measure=measure,
    markdown=markdown,
)
