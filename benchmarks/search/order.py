"""In which order the portfolio is tried: what won on other development sets comes first.

    python -m benchmarks.search.order [--tasks classification,anomaly] [--sets appliances]
        [--seconds 60] [--tables]

Train files only. Every pipeline of the portfolio, and for classification other good structures and
what searches of so many seconds found, is judged on all splits of each set, none stopped early,
in one process; times are those of its processor. results/order.json keeps what was measured, and a
second run goes on with it; results/order.md is made from it. With --tables nothing is measured.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks import runner
from benchmarks.search import sets
from benchmarks.search.order_tables import markdown
from benchmarks.search.question import AD, EXT, NCC, OCC
from benchmarks.search.recipes import Recipe, elite, listed, more
from benchmarks.search.recorded import record
from kinglet.files import write_whole
from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import Chain
from kinglet.record import ANOMALY, CLASSIFICATION, EXTRAPOLATION, OUTLIER, Learner, models
from kinglet.search.board import ranked
from kinglet.search.context import make_context
from kinglet.search.estimate import INNER_FOLDS, Outer, outer_splits
from kinglet.search.evaluate import evaluate
from kinglet.search.fit import inputs, outputs, select
from kinglet.search.joined import join
from kinglet.search.problem import Problem, confined
from kinglet.search.store import chain_key
from kinglet.signals import Split, take

SETS = {CLASSIFICATION: NCC, EXTRAPOLATION: EXT, OUTLIER: OCC, ANOMALY: AD}
ELITES = 2  # of each set, with different branches
HELD_OUT = 3  # blocks


def row(problem: Problem, splits: list[Split], pipeline: Pipeline, chains: dict) -> dict:
    """Metric of each split, sizes, and processor seconds of selection and of the rest.

    The seconds of each chain of steps are added to ``chains``.
    """
    for chain in pipeline.chains():
        if name_of(chain) not in chains:
            started = time.process_time()
            problem.store.features(chain)
            chains[name_of(chain)] = _short(time.process_time() - started)
    started = time.process_time()
    joined = join(problem, pipeline)
    for rows in (*(split.train for split in splits), problem.lines):
        select(problem, joined, pipeline, rows)
    selected = time.process_time()
    entry = evaluate(problem, splits, pipeline)
    sizes = entry.sizes
    return {
        "split_scores": [None if s is None else _short(s) for s in entry.split_scores],
        "refused": entry.refused or None,
        "flash_bytes": sizes.flash_bytes if sizes else None,
        "ram_bytes": sizes.ram_bytes if sizes else None,
        "cycles": sizes.cycles if sizes else None,
        "chains": [name_of(chain) for chain in pipeline.chains()],
        "selector": path_name(pipeline),
        "select_seconds": _short(selected - started),
        "seconds": _short(time.process_time() - selected),
    }


def name_of(chain: Chain) -> str:
    """A short name of a chain of steps."""
    return chain_key(chain)[:8]


def _short(value: float) -> float:
    return round(float(value), 6)


def path_name(pipeline: Pipeline) -> str:
    """What candidates with the same branches must share to share the work of the selection."""
    if isinstance(models()[pipeline.model.name], Learner):  # selects no more than it keeps
        return f"{pipeline.selection.name} {pipeline.selection.settings.get('count')}"
    return pipeline.selection.name


def candidates(results: dict, task: str) -> list[Recipe]:
    """Everything that is judged for a project type, each once."""
    found = [pipeline for own in results["elites"].values() for pipeline in own]
    several = [*listed(task), *more(task)]
    several += [elite(pipeline) for pipeline in found] if task == CLASSIFICATION else []
    return list({recipe.key: recipe for recipe in several}.values())


class Matrix:
    """The figures on disk.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results = json.loads(path.read_text()) if path.exists() else {}
        for name in ("before", "elites", "sets", "nested"):
            self.results.setdefault(name, {})

    def keep(self) -> None:
        """Write what is known so far."""
        write_whole(self.path, (json.dumps(self.results) + "\n").encode())

    def measure(self, name: str) -> None:
        """Judge on one set what was not judged there yet."""
        known = sets.find(name)
        own = self.results["sets"].setdefault(name, {"task": known.task, "chains": {}, "rows": {}})
        missing = [r for r in candidates(self.results, known.task) if r.key not in own["rows"]]
        if not missing:
            return
        data = known.train()
        context = make_context(data, **known.choices())
        own["n_signals"] = len(data.signals)
        with tempfile.TemporaryDirectory(prefix="kinglet-") as folder, threadpool_limits(1):
            problem = context.problem(Path(folder))
            made = [(recipe, recipe.make(problem.shape)) for recipe in missing]
            # Those that share branches and selector follow one another: so their path is kept.
            made.sort(key=lambda pair: (repr(pair[1].chains()), pair[1].selection.name))
            for recipe, pipeline in made:
                figures = row(problem, list(context.splits), pipeline, own["chains"])
                own["rows"][recipe.key] = {"words": recipe.words} | figures
                self.keep()
        print(name, len(made), f"{spent(own):.0f} s", flush=True)

    def search(self, name: str, seconds: float) -> None:
        """Note the best that a search finds beside the portfolio, with different branches."""
        if name in self.results["elites"]:
            return
        known = sets.find(name)
        recorded = record(known.train(), known.choices(), seconds=seconds, jobs=1)
        found: dict[object, dict] = {}
        for entry in ranked(recorded.entries):
            if not entry.known:
                found.setdefault(entry.pipeline.branches, entry.pipeline.to_json())
        self.results["elites"][name] = list(found.values())[:ELITES]
        self.keep()
        print(name, len(recorded.entries), "searched", flush=True)

    def hold_out(self, name: str) -> None:
        """Judge on held-out blocks of a set what knows nothing of them, beside its own splits."""
        known = sets.find(name)
        own = self.results["nested"].setdefault(name, {})
        recipes = candidates(self.results, known.task)
        data = known.train()
        context = make_context(data, **known.choices())
        blocks = [split for split in context.splits if split.kind == "block"][:HELD_OUT]
        inner = [
            context.task.splits(take(data, split.train), context.seed, INNER_FOLDS)
            for split in blocks
        ]
        with tempfile.TemporaryDirectory(prefix="kinglet-") as folder, threadpool_limits(1):
            whole = context.problem(Path(folder))
            for outer in outer_splits(blocks, inner):
                fold = own.setdefault(str(outer.split.fold), {})
                apart = Path(folder) / str(outer.split.fold)
                apart.mkdir()
                problem = confined(whole, outer.split.train, apart)
                made = [(r, r.make(whole.shape)) for r in recipes if r.key not in fold]
                made.sort(key=lambda pair: (repr(pair[1].chains()), pair[1].selection.name))
                for recipe, pipeline in made:
                    fold[recipe.key] = held_out(problem, outer, pipeline)
                self.keep()
        print(name, "held out", flush=True)


def held_out(problem: Problem, outer: Outer, pipeline: Pipeline) -> dict:
    """Score on the inner splits, and the metric of lines that were held out."""
    entry = evaluate(problem, list(outer.inner), pipeline)
    if entry.fitted is None:
        return {"score": None, "held_out": None}
    test = outer.split.test
    x = inputs(entry.fitted, join(problem, pipeline), test)
    metric = problem.task.accuracy(problem.label[test], outputs(entry.fitted, x))
    return {"score": _short(entry.score), "held_out": _short(metric)}


def spent(own: dict) -> float:
    """Processor seconds of all that was judged on a set."""
    rows = own["rows"].values()
    return sum(own["chains"].values()) + sum(r["select_seconds"] + r["seconds"] for r in rows)


def main() -> None:
    """Measure what is missing, and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search.order")
    parser.add_argument("--tasks", default=",".join(SETS))
    parser.add_argument("--sets")
    parser.add_argument("--seconds", type=float, default=60, help="of each search for elites")
    parser.add_argument("--tables", action="store_true")
    parser.add_argument("--results", type=Path, default=runner.RESULTS)
    chosen = parser.parse_args()
    matrix = Matrix(chosen.results / "order.json")
    for task in chosen.tasks.split(","):
        names = [name for name in SETS[task] if not chosen.sets or name in chosen.sets.split(",")]
        # What was listed before the first order was made from these figures.
        matrix.results["before"].setdefault(task, [recipe.key for recipe in listed(task)])
        if chosen.tables:
            continue
        for searched in (False, True) if task == CLASSIFICATION else (False,):
            for name in names:
                if searched:
                    matrix.search(name, chosen.seconds)
            for name in names:
                matrix.measure(name)
                if task == CLASSIFICATION:
                    matrix.hold_out(name)
    parts = [markdown(matrix.results, task, names) for task, names in SETS.items()]
    text = "# The order of the portfolio\n\n" + "\n\n".join(part for part in parts if part) + "\n"
    write_whole(chosen.results / "order.md", text.encode())
    print(text)


if __name__ == "__main__":
    main()
