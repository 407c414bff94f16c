"""Quality of 1-class classification on real data, with scikit-learn's detectors in one run.

    python -m benchmarks.outlier [--seeds 0 1 2] [--sets toothbrushing ...] [--budget 60s]

Kinglet sees the train file only, normal signals, through `kinglet make --task outlier`; the test
files are judged through `kinglet emulate`. The desk detectors see log spectra, and time statistics,
of the same train file; their threshold is the quantile of held-out scores that the same rate of
false outliers asks for. Writes results/outlier.json and results/outlier.md.
"""

import tempfile
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks import data, detectors
from benchmarks.runner import kinglet, options, table, write
from kinglet.tasks.outlier import RATE

LIMITS = ["--max-ram", "16K", "--max-flash", "32K", "--max-time", "20ms"]
DESK = {
    "one-class SVM": detectors.one_class_svm,
    "LOF": detectors.local_outlier_factor,
    "elliptic envelope": detectors.elliptic_envelope,
    "isolation forest": detectors.isolation_forest,
}
PARTS = ("normal", "outlier")
FIGURES = ("auc", "balanced_accuracy", "false_outliers")


def figures(score: np.ndarray, found: np.ndarray, normal: int) -> dict[str, float]:
    """AUC, balanced accuracy and false outliers; the first lines are normal."""
    label = np.arange(len(score)) >= normal
    false, right = found[~label].mean(), found[label].mean()
    return {
        "auc": float(roc_auc_score(label, score)),
        "balanced_accuracy": float((1 - false + right) / 2),
        "false_outliers": float(false),
    }


def run_kinglet(path: Path, seed: int, budget: str) -> dict:
    """One library from the normal train file, judged on the test files."""
    facts = data.meta(path)
    rate = ["--rate", str(facts["sampling_hz"])] if facts.get("sampling_hz") else []
    with tempfile.TemporaryDirectory() as out:
        made = kinglet(
            "make", "--task", "outlier", "--axes", str(facts["axes"]), "--out", out,
            "--budget", budget, "--seed", str(seed), *LIMITS, *rate,
            f"normal={path / 'train' / 'normal.csv'}",
        )  # fmt: skip
        library = str(Path(out) / "library.zip")
        said = [
            kinglet("emulate", library, str(path / "test" / f"{name}.csv"))["signals"]
            for name in PARTS
        ]
    rows = [row for part in said for row in part]
    score = np.array([row["score"] for row in rows])
    found = np.array([row["outlier"] for row in rows], dtype=bool)
    return {
        **figures(score, found, len(said[0])),
        "expected_false_outliers": made["false_outliers"],
        "imitations_rejected": made["imitations_rejected"],
        **{name: made[name] for name in ("score", "candidates", "pipeline_text", "seconds")},
        **{name: made[name] for name in ("flash_bytes", "ram_bytes", "stack_bytes", "time_ms")},
    }


def run_desk(path: Path, seed: int) -> dict:
    """Figures of each detector over each kind of features."""
    axes = data.meta(path)["axes"]

    def load(part: str, name: str) -> np.ndarray:
        lines = np.loadtxt(path / part / f"{name}.csv", delimiter=",", ndmin=2)
        return lines.reshape(len(lines), -1, axes)

    learned, normal, outlier = load("train", "normal"), *(load("test", n) for n in PARTS)
    judged = np.concatenate([normal, outlier])
    entry = {}
    for kind, features in detectors.FEATURES["occ"].items():
        for name, detector in DESK.items():
            score, limit = detectors.judge(
                detector, features(learned), features(judged), seed, True, 100 * (1 - RATE)
            )
            entry[f"{name}, {kind}"] = figures(score, score > limit, len(normal))
    return entry


def main() -> None:
    chosen = options(__doc__, "outlier")
    results: dict = {}
    text = ""
    for path in sorted((data.folder() / "occ").iterdir()):
        if chosen.sets and path.name not in chosen.sets:
            continue
        entry: dict = {"kinglet": [run_kinglet(path, s, chosen.budget) for s in chosen.seeds]}
        if not chosen.no_peers:
            desk = [run_desk(path, seed) for seed in chosen.seeds]
            entry["desk"] = {
                name: {f: float(np.mean([run[name][f] for run in desk])) for f in FIGURES}
                for name in desk[0]
            }
        results[path.name] = entry
        for run in entry["kinglet"]:
            print(
                f"{path.name}: AUC {run['auc']:.3f} balanced accuracy "
                f"{run['balanced_accuracy']:.3f} false outliers {run['false_outliers']:.3f} "
                f"(expected {run['expected_false_outliers']:.3f}) flash {run['flash_bytes']} "
                f"{run['time_ms']:.2f} ms, {run['candidates']} candidates: {run['pipeline_text']}",
                flush=True,
            )
        text = markdown(results, chosen.budget)
        write(chosen, results, text)
    print(text)


def markdown(results: dict, budget: str) -> str:
    """The tables of the documentation: Kinglet set by set, then all detectors."""
    names = ("auc", "balanced_accuracy", "false_outliers", "flash_bytes", "ram_bytes", "time_ms")
    digits = (3, 3, 3, 0, 0, 2)
    mean = {
        path: [float(np.mean([run[name] for run in entry["kinglet"]])) for name in names]
        for path, entry in results.items()
    }
    mean["**mean**"] = list(np.mean(list(mean.values()), axis=0))
    rows = [
        [path, *(f"{value:.{places}f}" for value, places in zip(values, digits, strict=True))]
        for path, values in mean.items()
    ]
    text = (
        f"On the test files; Kinglet with --budget {budget} {' '.join(LIMITS)} and an outlier rate "
        f"of {RATE:g} on a Cortex-M4F, mean over the seeds.\n\n"
        + table(
            ["set", "AUC", "balanced accuracy", "false outliers", "flash B", "RAM B", "ms"], rows
        )
    )
    if not all("desk" in entry for entry in results.values()):
        return text
    rows = [["**Kinglet**", *(f"{value:.3f}" for value in mean["**mean**"][:3])]]
    for name in next(iter(results.values()))["desk"]:
        desk = [entry["desk"][name] for entry in results.values()]
        rows.append([name, *(f"{np.mean([each[f] for each in desk]):.3f}" for f in FIGURES)])
    columns = ["mean over the sets", "AUC", "balanced accuracy", "false outliers"]
    return text + "\n## Desk detectors\n\n" + table(columns, rows)


if __name__ == "__main__":
    main()
