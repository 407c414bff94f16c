"""How many candidates a second on one core, and how many a plain loop does."""

from collections.abc import Sequence

import numpy as np

from benchmarks.runner import table
from benchmarks.search import plain, sets
from benchmarks.search.question import Question, Setting, cell
from benchmarks.search.recorded import record
from kinglet.search import Evaluation
from kinglet.signals import take

CLASSES, LINES = 5, 100
STRONG = ("mlp", "rbf", "extra_trees")
SAMPLE = 20


def measure(name: str, setting: Setting) -> dict:
    """Figures after the portfolio and over all, and those of the plain loop."""
    known = sets.find(name)
    if known.task != "classification":
        raise SystemExit(f"{name} has no classes: the speed is measured on n-class sets")
    whole = known.train(CLASSES)
    first = [np.flatnonzero(whole.label == label)[:LINES] for label in range(len(whole.classes))]
    data = take(whole, np.concatenate(first))
    seed = setting.seeds[0]
    recorded = record(data, known.choices(seed), seconds=setting.seconds, jobs=setting.jobs)
    entries, moments = recorded.entries, recorded.moments
    portfolio = sum(entry.known for entry in entries)
    begun = float(moments[portfolio - 1])
    drawn = figures(entries[portfolio:], (moments[-1] - begun) * setting.jobs)
    fitted = [entry.pipeline for entry in entries[portfolio:] if was_fitted(entry)]
    rng = np.random.default_rng(seed)
    some = rng.choice(len(fitted), size=min(SAMPLE, len(fitted)), replace=False)
    split = recorded.result.context.splits[0]
    peer = plain.seconds_each(
        [fitted[place] for place in some], data.signals.values, data.label, split
    )
    each = float(np.mean(peer)) if peer else None
    return {
        "signals": len(data.signals),
        "shape": list(data.signals.values.shape[1:]),
        "classes": len(data.classes),
        "portfolio_seconds": begun,
        "drawn": drawn,
        "all": figures(entries, moments[-1] * setting.jobs),
        "plain": {"sample": len(peer), "seconds_each": each},
        "ratio": each * drawn["per_second"] if each else None,
    }


def was_fitted(entry: Evaluation) -> bool:
    """Whether at least one split was run."""
    return any(score is not None for score in entry.split_scores)


def figures(entries: Sequence[Evaluation], core_seconds: float) -> dict:
    """Distinct candidates that were fitted, by second and core, and what they are."""
    fitted = list({entry.pipeline: entry for entry in entries if was_fitted(entry)}.values())
    runs = [sum(score is not None for score in entry.split_scores) for entry in fitted]
    strong = [entry.pipeline.model.name in STRONG for entry in fitted]
    return {
        "candidates": len(fitted),
        "refused": sum(bool(entry.refused) for entry in entries),
        "core_seconds": float(core_seconds),
        "per_second": len(fitted) / core_seconds if core_seconds > 0 else 0.0,
        "strong_share": float(np.mean(strong)) if fitted else None,
        "splits_each": float(np.mean(runs)) if fitted else None,
    }


def markdown(runs: dict[str, dict], setting: Setting) -> str:
    """The table of the documentation."""
    columns = [
        "set", "signals", "phase", "candidates", "a second and core", "of them MLP, RBF or trees",
        "splits each", "plain loop, a second", "ratio",
    ]  # fmt: skip
    rows = []
    for name, run in runs.items():
        length, axes = run["shape"]
        signals = f"{run['signals']} of {axes} x {length}, {run['classes']} classes"
        each = run["plain"]["seconds_each"]
        for phase, title in (("drawn", "after the portfolio"), ("all", "all")):
            found = run[phase]
            peer = [cell(each and 1 / each, 2), cell(run["ratio"], 1)]
            rows.append(
                [
                    name, signals, title, str(found["candidates"]), cell(found["per_second"], 1),
                    cell(found["strong_share"], 2), cell(found["splits_each"], 2),
                    *(peer if phase == "drawn" else ["", ""]),
                ]
            )  # fmt: skip
    return (
        f"Distinct candidates with at least one split run, {setting.jobs} job, "
        f"{setting.seconds:g} s; the time includes the preparation of features and all "
        f"bookkeeping. The plain loop runs a sample of {SAMPLE} of the same candidates as "
        "scikit-learn pipelines, `cross_val_score` on one split, nothing kept between them.\n\n"
        + table(columns, rows)
    )


SPEED = Question(
    name="speed",
    title="Candidates per second",
    setting=Setting(seconds=60, jobs=1, seeds=(0,)),
    sets=("watch_activities",),
    measure=measure,
    markdown=markdown,
)
