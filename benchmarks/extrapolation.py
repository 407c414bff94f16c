"""Quality of extrapolation on real data, Kinglet against desktop methods in one run.

    python -m benchmarks.extrapolation [--seeds 0 1 2] [--sets fan_speed ...] [--budget 60s]

Kinglet sees the train files only, through `kinglet make`; the test files are judged through
`kinglet emulate`. A second table asks whether more candidates choose a better library: of one
search of --candidates candidates, none of them stopped early, the library recommended after the
first 5, 10, 20 ... is judged on the test files, and the one that random splits alone would choose.
Writes results/extrapolation.json and results/extrapolation.md.
"""

import tempfile
import time
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.metrics import r2_score

from benchmarks import data, desktop
from benchmarks.runner import kinglet, options, table, write
from kinglet import read_targets
from kinglet.search import Result, executors, search, worker
from kinglet.search.evaluate import Evaluation
from kinglet.search.fit import answers

RAM, FLASH, TIME_MS = 16, 32, 20
LIMITS = ["--max-ram", f"{RAM}K", "--max-flash", f"{FLASH}K", "--max-time", f"{TIME_MS}ms"]
FIRST = (5, 10, 20, 40)
RULES = {
    "recommended": "Kinglet's rule",
    "highest_score": "highest score",
    "random_splits": "random splits alone",
    "best_in_hindsight": "best in hindsight",
}


def run_kinglet(path: Path, seed: int, budget: str) -> dict:
    """One library from the train file, judged on the test file."""
    facts = data.meta(path)
    rate = ["--rate", str(facts["sampling_hz"])] if facts.get("sampling_hz") else []
    with tempfile.TemporaryDirectory() as out:
        made = kinglet(
            "make", "--task", "extrapolation", "--axes", str(facts["axes"]), "--out", out,
            "--budget", budget, "--seed", str(seed), *LIMITS, *rate,
            f"data={path / 'train' / 'data.csv'}",
        )  # fmt: skip
        library, test = Path(out) / "library.zip", path / "test" / "data.csv"
        rows = kinglet("emulate", str(library), str(test), "--with-target")["signals"]
    return {
        "test": r2_score([row["target"] for row in rows], [row["prediction"] for row in rows]),
        "expected": made["r2"],
        "worst_split": made["splits"]["worst"],
        **{name: made[name] for name in ("score", "candidates", "pipeline_text", "seconds")},
        **{name: made[name] for name in ("flash_bytes", "ram_bytes", "stack_bytes", "time_ms")},
        "predicted_cycles": made["predicted_cycles"],
        "cycles": made["cycles"],
    }


class WithoutRace(Executor):
    """Workers that run every candidate to its end, so that all can be compared afterwards."""

    def __init__(self, workers: Executor) -> None:
        self._workers = workers

    def submit(self, function, /, *arguments):
        """Submit, with no others to be as good as."""
        if function is worker.run:
            setup, order, pipelines, _, deadline = arguments
            arguments = (setup, order, pipelines, (), deadline)
        return self._workers.submit(function, *arguments)


def run_candidates(path: Path, seed: int, candidates: int) -> dict:
    """R2 on the test file of what several rules choose from the first candidates of a search."""
    facts = data.meta(path)
    train = read_targets([("data", path / "train" / "data.csv")], facts["axes"])
    x_test, y_test = data.load_targets(path, "test")
    workers, count = executors.local(None)
    with workers:
        result = search(
            train, task="extrapolation", max_ram=RAM << 10, max_flash=FLASH << 10,
            max_time=TIME_MS / 1000, budget=None, candidates=candidates, seed=seed, jobs=count,
            executor=WithoutRace(workers),
        )  # fmt: skip
    test = {entry.number: r2_score(y_test, predict(entry, x_test)) for entry in result.evaluations}
    found = {}
    for first in (*(first for first in FIRST if first < candidates), candidates):
        chosen = choices(result, first, test)
        found[str(first)] = {rule: test[entry.number] for rule, entry in chosen.items()}
    return found


def choices(result: Result, first: int, test: dict[int, float]) -> dict[str, Evaluation]:
    """What each rule chooses among the first candidates."""
    known = [entry for entry in result.evaluations if entry.number < first]
    random = [split.kind == "random" for split in result.context.splits]
    part = replace(result, evaluations=known)
    return {
        "recommended": part.best.evaluation,
        "highest_score": part.ranking[0].evaluation,
        "random_splits": max(known, key=lambda entry: np.mean(entry.split_scores, where=random)),
        "best_in_hindsight": max(known, key=lambda entry: test[entry.number]),
    }


def predict(entry: Evaluation, values: np.ndarray) -> np.ndarray:
    """Predictions of a candidate, by the C that would ship."""
    return answers(entry.fitted, values)[:, 0]


def run_desk(path: Path) -> dict:
    """R2 of the desktop methods."""
    (x, y), (x_test, y_test) = (data.load_targets(path, part) for part in ("train", "test"))
    entry = {}
    for name, method in desktop.REGRESSIONS.items():
        started = time.monotonic()
        entry[name] = r2_score(y_test, method(x, y, x_test))
        entry[f"{name} seconds"] = time.monotonic() - started
    return entry


def main() -> None:
    chosen = options(__doc__, "extrapolation", candidates=80)
    results: dict = {}
    text = ""
    for path in sorted((data.folder() / "ext").iterdir()):
        if chosen.sets and path.name not in chosen.sets:
            continue
        entry: dict = {"kinglet": [run_kinglet(path, s, chosen.budget) for s in chosen.seeds]}
        if not chosen.no_peers:
            entry |= run_desk(path)
        if chosen.candidates:
            entry["more"] = [run_candidates(path, s, chosen.candidates) for s in chosen.seeds]
        results[path.name] = entry
        print(path.name, _row(entry), flush=True)
        for run in entry["kinglet"]:
            print("   ", _words(run), flush=True)
        text = markdown(results, chosen.budget)
        write(chosen, results, text)
    print(text)


def _mean(entry: dict, name: str) -> float:
    return float(np.mean([run[name] for run in entry["kinglet"]]))


def _row(entry: dict) -> str:
    peers = " ".join(f"{name} {entry[name]:.3f}" for name in desktop.REGRESSIONS if name in entry)
    return f"test {_mean(entry, 'test'):.3f} expected {_mean(entry, 'expected'):.3f} {peers}"


def _words(run: dict) -> str:
    return (
        f"test {run['test']:.3f} expected {run['expected']:.3f} worst {run['worst_split']:.3f} "
        f"flash {run['flash_bytes']} ram {run['ram_bytes']} {run['time_ms']:.2f} ms "
        f"{run['candidates']} candidates: {run['pipeline_text']}"
    )


def markdown(results: dict, budget: str) -> str:
    """The tables of the documentation: quality and cost, then what more candidates bring."""
    text = (
        f"R2 on the test files; Kinglet with --budget {budget} {' '.join(LIMITS)} on a Cortex-M4F, "
        "mean over the seeds. Expected is what `kinglet make` said: R2 out of fold, of the "
        "harshest kind of split.\n\n" + _quality(results)
    )
    if all("more" in entry for entry in results.values()):
        text += (
            "\n## More candidates\n\nMean R2 on the test files, over sets and seeds, of what is "
            "chosen among the first candidates of one search.\n\n" + _more(results)
        )
    return text


def _quality(results: dict) -> str:
    peers = [n for n in desktop.REGRESSIONS if all(n in entry for entry in results.values())]
    columns = [
        "set", "Kinglet, test", "each seed", "expected", "flash B", "RAM B", "ms at 80 MHz", *peers
    ]  # fmt: skip
    digits = [3, 3, 0, 0, 2, *(3 for _ in peers)]
    figures = np.array(
        [
            [
                *(_mean(entry, name) for name in ("test", "expected")),
                *(_mean(entry, name) for name in ("flash_bytes", "ram_bytes", "time_ms")),
                *(entry[peer] for peer in peers),
            ]
            for entry in results.values()
        ]
    )
    rows = []
    for name, values in [*zip(results, figures, strict=True), ("**mean**", figures.mean(axis=0))]:
        cells = [f"{value:.{places}f}" for value, places in zip(values, digits, strict=True)]
        runs = results[name]["kinglet"] if name in results else []
        seeds = " ".join(f"{run['test']:.3f}" for run in runs)
        rows.append([name, cells[0], seeds, *cells[1:]])
    return table(columns, rows)


def _more(results: dict) -> str:
    runs = [run for entry in results.values() for run in entry["more"]]
    rows = [
        [first, *(f"{np.mean([run[first][rule] for run in runs]):.3f}" for rule in RULES)]
        for first in runs[0]
    ]
    return table(["candidates", *RULES.values()], rows)


if __name__ == "__main__":
    main()
