"""Quality of anomaly detection on real data, Kinglet against desk detectors in one run.

    python -m benchmarks.anomaly [--seeds 0 1 2] [--sets ecg_beats ...] [--budget 60s]

Kinglet sees the train files only, through `kinglet make`; then `kinglet emulate` learns normal
lines as the device would, one by one, and judges the test files. Signals are learned in shuffled
order, for a device meets its regimes mixed; streams in the order of time, each from its own
start. The desk detectors learn the same lines at once. Writes results/anomaly.json and
results/anomaly.md.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks import data, detectors
from benchmarks.runner import kinglet, options, table, write

KINDS = {"ad": "Signals", "multisensor": "Streams of several sensors"}
FIGURES = {
    "auc": "Area under the ROC curve",
    "balanced_accuracy": "Balanced accuracy at the threshold",
    "false_alarms": "False alarms, % of the normal lines",
    "detection": "Detection, % of the abnormal lines",
}
COSTS = ["flash_bytes", "ram_bytes", "knowledge_bytes", "time_ms", "learn_time_ms"]
THRESHOLD = 90


@dataclass(frozen=True)
class Trial:
    """One machine: the file of normal lines it learns from, the files it is judged on."""

    learn: Path
    judged: tuple[Path, ...]
    truth: np.ndarray  # 1 where a line is abnormal, over all judged files


def trials(path: Path) -> list[Trial]:
    """The machines of one data set."""
    normal = path / "train" / "normal.csv"
    if path.parent.name == "ad":
        files = tuple(path / "test" / f"{name}.csv" for name in ("normal", "abnormal"))
        return [Trial(normal, files, np.repeat([0, 1], [len(_rows(file)) for file in files]))]
    found = []
    for labels in sorted((path / "test").glob("*_labels.csv")):
        name = labels.stem.removesuffix("_labels")
        own = path / "train" / f"{name}_normal.csv"
        stream = path / "test" / f"{name}.csv"
        found.append(
            Trial(own if own.exists() else normal, (stream,), _rows(labels)[:, 0].astype(int))
        )
    return found


def figures(truth: np.ndarray, score: np.ndarray, alarm: np.ndarray) -> dict:
    """Ranking and decisions of one trial; lines without a score (NaN) count for no ranking."""
    known = np.isfinite(score)
    false_alarms, detection = alarm[truth == 0].mean(), alarm[truth == 1].mean()
    return {
        "auc": float(roc_auc_score(truth[known], score[known])),
        "balanced_accuracy": float((1 - false_alarms + detection) / 2),
        "false_alarms": float(100 * false_alarms),
        "detection": float(100 * detection),
        "unscored": int(np.sum(~known)),
    }


def average(rows: list[dict]) -> dict:
    """Mean of each figure over the trials of a set; lines without a score are added up."""
    mean = {name: float(np.mean([row[name] for row in rows])) for name in FIGURES}
    return mean | {"unscored": sum(row["unscored"] for row in rows)}


def run_kinglet(path: Path, seed: int, budget: str) -> dict[str, dict]:
    """One library from the train files, judged after learning and, for signals, as made."""
    facts = data.meta(path)
    signals = path.parent.name == "ad"
    rate = ["--rate", str(facts["sampling_hz"])] if facts.get("sampling_hz") else []
    train = [path / "train" / f"{name}.csv" for name in ("normal", "abnormal")]
    with tempfile.TemporaryDirectory() as out:
        made = kinglet(
            "make", "--task", "anomaly", "--axes", str(facts["axes"]), "--out", out,
            "--budget", budget, "--seed", str(seed), *rate, *([] if signals else ["--multisensor"]),
            *(f"{file.stem}={file}" for file in train if file.exists()),
        )  # fmt: skip
        library = Path(out) / "library.zip"
        learned = []
        for trial in trials(path):
            lines = trial.learn.read_text().splitlines(keepends=True)
            if signals:
                np.random.default_rng(seed).shuffle(lines)
            learn = Path(out) / "learn.csv"
            learn.write_text("".join(lines))
            learned.append(_emulate(library, trial, "--learn", str(learn)))
        kept = (*COSTS, "balanced_accuracy", "score", "candidates", "pipeline_text", "seconds")
        calls = made["calls"]
        made["time_ms"], made["learn_time_ms"] = (
            calls[f"neai_anomalydetection_{name}"]["time_ms"] for name in ("detect", "learn")
        )
        runs = {"Kinglet": average(learned) | {"library": {name: made[name] for name in kept}}}
        if signals:
            runs["Kinglet, pretrained"] = average(
                [_emulate(library, trial, "--pretrained") for trial in trials(path)]
            )
    return runs


def run_desk(path: Path, seed: int) -> dict[str, dict]:
    """Every desk detector on every kind of features."""
    kind = path.parent.name
    runs = {}
    for features_name, features in detectors.FEATURES[kind].items():
        prepared = []
        for trial in trials(path):
            lines = [_rows(file) for file in (trial.learn, *trial.judged)]
            x = np.concatenate(lines)
            if kind == "ad":
                x = x.reshape(len(x), -1, data.meta(path)["axes"])
            # The judged stream follows the learned one: its history starts there.
            learned, judged = np.split(features(x), [len(lines[0])])
            prepared.append((learned, judged, trial.truth))
        for name, detector in detectors.DETECTORS.items():
            rows = []
            for learned, judged, truth in prepared:
                score, limit = detectors.judge(detector, learned, judged, seed, kind == "ad")
                rows.append(figures(truth, score, score > limit))
            runs[f"{name}, {features_name}"] = average(rows)
    return runs


def main() -> None:
    chosen = options(__doc__, "anomaly")
    results: dict = {}
    text = ""
    for path in [p for kind in KINDS for p in sorted((data.folder() / kind).iterdir())]:
        if chosen.sets and path.name not in chosen.sets:
            continue
        entry: dict[str, list[dict]] = {}
        for seed in chosen.seeds:
            runs = run_kinglet(path, seed, chosen.budget)
            if not chosen.no_peers:
                runs |= run_desk(path, seed)
            for name, run in runs.items():
                entry.setdefault(name, []).append(run)
            print(path.name, "seed", seed, runs["Kinglet"], flush=True)
        results.setdefault(path.parent.name, {})[path.name] = entry
        text = markdown(results, chosen.budget)
        write(chosen, results, text)
    print(text)


def markdown(results: dict, budget: str) -> str:
    """The tables of the documentation: one per kind and figure, then what the libraries cost."""
    text = (
        f"Learned from the normal train lines, judged on the test files; Kinglet with --budget "
        f"{budget} on a Cortex-M4F and a threshold of {THRESHOLD} % similarity, desk detectors "
        f"with the {detectors.PERCENTILE}th percentile of their scores of learned lines out of "
        f"{detectors.FOLDS} folds. Mean over the seeds. Kinglet's library was chosen with the help "
        "of the abnormal train lines, where there are some; the desk detectors see normal ones "
        "only.\n"
    )
    for kind, entries in results.items():
        text += f"\n## {KINDS[kind]}\n"
        for figure, title in FIGURES.items():
            text += f"\n{title}\n\n{_figure(entries, figure)}"
        if all("Kinglet" in entry for entry in entries.values()):
            text += f"\nThe libraries\n\n{_libraries(entries)}"
    return text


def _figure(entries: dict, figure: str) -> str:
    columns = list(next(iter(entries.values())))
    digits = 3 if figure in ("auc", "balanced_accuracy") else 1
    values = np.array(
        [[_mean([run[figure] for run in entry[name]]) for name in columns]
         for entry in entries.values()]
    )  # fmt: skip
    rows = [*zip(entries, values, strict=True), ("**mean**", values.mean(axis=0))]
    return table(
        ["set", *columns],
        [[name, *(f"{value:.{digits}f}" for value in row)] for name, row in rows],
    )


def _libraries(entries: dict) -> str:
    columns = [
        "set", "shown balanced accuracy", "flash B", "RAM B", "knowledge B", "detect ms",
        "learn ms", "AUC of each seed", "lines without a score", "pipeline of the first seed",
    ]  # fmt: skip
    rows = []
    for name, entry in entries.items():
        runs = entry["Kinglet"]
        made = [run["library"] for run in runs]
        costs = [_cell([library[cost] for library in made], 0) for cost in COSTS[:3]]
        times = [_cell([library[cost] for library in made], 2) for cost in COSTS[3:]]
        rows.append(
            [
                name,
                _cell([library["balanced_accuracy"] for library in made], 3),
                *costs,
                *times,
                " ".join(f"{run['auc']:.3f}" for run in runs),
                str(sum(run["unscored"] for run in runs)),
                made[0]["pipeline_text"],
            ]
        )
    return table(columns, rows)


def _cell(values: list, digits: int) -> str:
    return "" if None in values else f"{_mean(values):.{digits}f}"


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


def _emulate(library: Path, trial: Trial, *learning: str) -> dict:
    rows = []
    for file in trial.judged:
        rows += kinglet("emulate", str(library), str(file), *learning)["signals"]
    score = np.array([row["score"] for row in rows], dtype=float)  # null becomes NaN
    similarity = np.array([row["similarity"] for row in rows])
    return figures(trial.truth, score, similarity < THRESHOLD)


def _rows(file: Path) -> np.ndarray:
    return np.loadtxt(file, delimiter=",", ndmin=2)


if __name__ == "__main__":
    main()
