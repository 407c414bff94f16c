"""How soon a search is as good as it gets, and what a minute costs against ten."""

import numpy as np

from benchmarks.runner import table
from benchmarks.search import sets
from benchmarks.search.chosen import SEARCHED, Judge, chooser
from benchmarks.search.question import EXT, NCC, Question, Setting, cell
from benchmarks.search.recorded import record

MOMENTS = (5, 10, 20, 60, 300, 600)
SOON = 20.0
NEAR = 0.95  # of the final score


def measure(name: str, setting: Setting) -> dict:
    """Time to most of the final score, and what would have been built after so many seconds."""
    known = sets.find(name)
    choices = known.choices(setting.seeds[0])
    recorded = record(known.train(), choices, seconds=setting.seconds, jobs=setting.jobs)
    context, final = recorded.result.context, recorded.best_score
    judge = Judge(context, *known.test())
    after = {}
    with chooser(context) as rules:
        for moment in moments(setting.seconds):
            # A search of that budget keeps a part of it for its finals.
            entries = recorded.until(SEARCHED * moment)
            chosen = rules.recommended(entries)
            after[str(moment)] = {
                "candidates": len(entries),
                "score": max(entry.score for entry in entries),
                "recommended": chosen.number,
                "recommended_score": chosen.score,
                "test": judge.metric(chosen),
                "pipeline_text": chosen.pipeline.describe(),
            }
    return {
        "candidates": len(recorded.entries),
        "final_score": final,
        "seconds_to_near": recorded.seconds_to(NEAR * final),
        "seconds_to_best": recorded.seconds_to(final),
        "history": recorded.result.history,
        "after": after,
    }


def moments(seconds: float) -> list[float]:
    """Budgets to look at, none longer than the search was."""
    return [*(float(m) for m in MOMENTS if m < seconds), float(seconds)]


def markdown(runs: dict[str, dict], setting: Setting) -> str:
    """The table of the documentation."""
    shown = [str(moment) for moment in moments(setting.seconds)]
    soon, last = str(float(min(SOON, setting.seconds))), shown[-1]
    columns = [
        "set", "candidates", f"recommended: score after {float(soon):g} s",
        f"after {float(last):g} s", "share", "highest: score",
        f"s to {100 * NEAR:.0f} % of it", "s to all of it",
        *(f"test after {float(moment):g} s" for moment in shown),
    ]  # fmt: skip
    rows, shares = [], {}
    for name, run in runs.items():
        early, late = (run["after"][moment]["recommended_score"] for moment in (soon, last))
        shares[name] = early / late
        rows.append(
            [
                name, str(run["candidates"]), cell(early, 2), cell(late, 2), cell(shares[name]),
                cell(run["final_score"], 2), cell(run["seconds_to_near"], 1),
                cell(run["seconds_to_best"], 1),
                *(cell(run["after"][moment]["test"]) for moment in shown),
            ]
        )  # fmt: skip
    means = {
        moment: float(np.mean([run["after"][moment]["test"] for run in runs.values()]))
        for moment in shown
    }
    rows.append(["**mean**", *[""] * 7, *(cell(means[moment]) for moment in shown)])
    least = min(shares, key=shares.__getitem__)
    near = [run["seconds_to_near"] for run in runs.values()]
    text = (
        f"One search of {setting.seconds:g} s with {setting.jobs} jobs of the train files. "
        "Recommended is what would have been built with a budget of so many seconds, fresh splits "
        "included, and test its main metric on the test files. The highest score is that of any "
        "candidate; of few signals and many candidates it is luck, which the recommendation does "
        f"not follow.\n\nAfter {float(soon):g} s the score of what is recommended is "
        f"{100 * shares[least]:.1f} % of the final one or more (least: {least}); the highest score "
        f"is {100 * NEAR:.0f} % of its last by then on "
        f"{sum(seconds <= float(soon) for seconds in near)} of {len(near)} sets.\n\n"
        + table(columns, rows)
    )
    minute = str(60.0)
    if minute in means and minute != shown[-1]:
        gained = 100 * (means[minute] - means[shown[-1]])
        text += f"\n60 s against {setting.seconds:g} s: {gained:+.2f} points on the test files.\n"
    return text


CONVERGENCE = Question(
    name="convergence",
    title="Convergence and quality",
    setting=Setting(seconds=600, jobs=2, seeds=(0,)),
    sets=NCC + EXT,
    measure=measure,
    markdown=markdown,
)
