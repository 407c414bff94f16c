"""Quality of n-class classification on real data, Kinglet against desktop methods in one run.

    python -m benchmarks.classification [--seeds 0 1 2] [--sets hand_gestures ...] [--budget 60s]

Kinglet sees the train files only, through `kinglet make`; the test files are judged through
`kinglet emulate`. Writes results/classification.json and results/classification.md.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.metrics import balanced_accuracy_score

from benchmarks import data, desktop
from benchmarks.runner import kinglet, options, table, write

LIMITS = ["--max-ram", "16K", "--max-flash", "32K", "--max-time", "20ms"]


def run_kinglet(path: Path, seed: int, budget: str) -> dict:
    """One library from the train files, judged on the test files."""
    facts = data.meta(path)
    train = sorted((path / "train").glob("*.csv"))
    rate = ["--rate", str(facts["sampling_hz"])] if facts.get("sampling_hz") else []
    with tempfile.TemporaryDirectory() as out:
        made = kinglet(
            "make", "--task", "classification", "--axes", str(facts["axes"]), "--out", out,
            "--budget", budget, "--seed", str(seed), *LIMITS, *rate,
            *(f"{file.stem}={file}" for file in train),
        )  # fmt: skip
        truth, guess = [], []
        for file in sorted((path / "test").glob("*.csv")):
            rows = kinglet("emulate", str(Path(out) / "library.zip"), str(file))["signals"]
            truth += [file.stem] * len(rows)
            guess += [row["class"] for row in rows]
    return {
        "test": balanced_accuracy_score(truth, guess),
        "shown": made["balanced_accuracy"],
        "worst_split": made["splits"]["worst"],
        **{name: made[name] for name in ("score", "candidates", "pipeline_text", "seconds")},
        **{name: made[name] for name in ("flash_bytes", "ram_bytes", "stack_bytes", "time_ms")},
        "predicted_cycles": made["predicted_cycles"],
        "cycles": made["cycles"],
    }


def main() -> None:
    chosen = options(__doc__, "classification")
    results: dict = {}
    text = ""
    for path in sorted((data.folder() / "ncc").iterdir()):
        if chosen.sets and path.name not in chosen.sets:
            continue
        entry: dict = {"kinglet": [run_kinglet(path, s, chosen.budget) for s in chosen.seeds]}
        x, y, _ = data.load(path, "train")
        x_test, y_test, _ = data.load(path, "test")
        for name, method in {} if chosen.no_peers else desktop.METHODS.items():
            started = time.monotonic()
            entry[name] = balanced_accuracy_score(y_test, method(x, y, x_test))
            entry[f"{name} seconds"] = time.monotonic() - started
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
    peers = " ".join(f"{name} {entry[name]:.3f}" for name in desktop.METHODS if name in entry)
    return f"test {_mean(entry, 'test'):.3f} shown {_mean(entry, 'shown'):.3f} {peers}"


def _words(run: dict) -> str:
    return (
        f"test {run['test']:.3f} shown {run['shown']:.3f} worst {run['worst_split']:.3f} "
        f"flash {run['flash_bytes']} ram {run['ram_bytes']} {run['time_ms']:.2f} ms "
        f"{run['candidates']} candidates: {run['pipeline_text']}"
    )


def markdown(results: dict, budget: str) -> str:
    """The table of the documentation."""
    peers = [name for name in desktop.METHODS if all(name in entry for entry in results.values())]
    columns = [
        "set", "Kinglet, test", "each seed", "shown", "flash B", "RAM B", "ms at 80 MHz", *peers
    ]  # fmt: skip
    rows = []
    for name, entry in results.items():
        rows.append(
            [
                name,
                f"{_mean(entry, 'test'):.3f}",
                " ".join(f"{run['test']:.3f}" for run in entry["kinglet"]),
                f"{_mean(entry, 'shown'):.3f}",
                f"{_mean(entry, 'flash_bytes'):.0f}",
                f"{_mean(entry, 'ram_bytes'):.0f}",
                f"{_mean(entry, 'time_ms'):.2f}",
                *(f"{entry[peer]:.3f}" for peer in peers),
            ]
        )
    mean = ["**mean**"]
    for column in range(1, len(columns)):
        values = [row[column] for row in rows]
        numbers = [float(value) for value in values if " " not in value]
        digits = 3 if columns[column] in ("Kinglet, test", "shown", *peers) else 2
        mean.append(f"{np.mean(numbers):.{digits}f}" if len(numbers) == len(rows) else "")
    head = (
        f"Balanced accuracy on the test files; Kinglet with --budget {budget} {' '.join(LIMITS)} "
        "on a Cortex-M4F, mean over the seeds.\n\n"
    )
    return head + table(columns, [*rows, mean])


if __name__ == "__main__":
    main()
