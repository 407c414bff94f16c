"""What a second worker brings, here and on a cluster, and what binds when there are many.

    python -m benchmarks.scaling [--candidates 400] [--rounds 3]

The same search, made signals (500 of 3 x 64, 5 classes), one seed and number of candidates, with
one and two workers: in turn, so that whatever else the machine does meets all alike. Times are of
the loop, from its first candidate to its last. Writes results/scaling.json and results/scaling.md.
"""

import argparse
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.runner import RESULTS, table
from kinglet.search import Progress, search
from kinglet.search.cluster import connect
from kinglet.search.executors import local
from kinglet.search.loop import GENERATION
from kinglet.search.worker import Setup, run
from kinglet.signals import Labelled, label_signals

WAYS = {"1 process": 1, "2 processes": 2, "cluster of 1": 1, "cluster of 2": 2}


def signals(n: int = 500, classes: int = 5) -> Labelled:
    """Noisy tones of three axes, so close together that a search has something to do."""
    rng = np.random.default_rng(0)
    label = np.arange(n) % classes
    phase = rng.uniform(0, 2 * np.pi, size=(n, 1, 3))
    tone = np.sin((0.3 + 0.05 * label)[:, None, None] * np.arange(64)[None, :, None] + phase)
    return label_signals((tone + rng.normal(size=tone.shape)).astype(np.float32), label.astype(str))


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A scheduler and workers in processes of their own; yields the address."""
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "scheduler.json"
        options = ["--no-dashboard", "--scheduler-file", str(there)]
        worker = ["worker", "--nthreads", "1", "--local-directory", folder, *options]
        commands = [["scheduler", "--host", "127.0.0.1", "--port", "0", *options]]
        commands += [worker] * workers
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "dask", *command], cwd=folder, stderr=subprocess.DEVNULL
            )
            for command in commands
        ]
        try:
            while not there.exists():
                time.sleep(0.1)
            yield json.loads(there.read_text())["address"]
        finally:
            for process in processes[::-1]:
                process.terminate()
                process.wait()


class Counted(Executor):
    """Another executor, with the bytes that each batch of candidates sends and brings."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.setup_bytes = 0
        self.sent: list[int] = []
        self.brought: list[int] = []

    def submit(self, fn: Any, /, setup: Setup, *args: Any) -> Future:
        future = self._executor.submit(fn, setup, *args)
        if fn is run:
            self.setup_bytes = len(pickle.dumps(setup))
            self.sent.append(len(pickle.dumps((fn, args))))
            future.add_done_callback(lambda done: self.brought.append(_size(done)))
        return future


def _size(done: Future) -> int:
    return 0 if done.cancelled() or done.exception() else len(pickle.dumps(done.result()))


def measure(data: Labelled, candidates: int, executor: Executor, workers: int) -> dict:
    """Candidates a second of the loop, and seconds of this process for each candidate."""
    marks: list[tuple[int, float, float]] = []

    def note(progress: Progress) -> None:
        if progress.phase == "search":
            marks.append((progress.evaluated, time.perf_counter(), time.process_time()))

    result = search(
        data, budget=None, candidates=candidates, jobs=workers, executor=executor,
        estimate=False, on_progress=note,
    )  # fmt: skip
    count, seconds, own = (last - first for first, last in zip(marks[0], marks[-1], strict=True))
    return {
        "rate": count / seconds,
        "parent_ms": 1e3 * own / count,
        "best": result.best.score,
    }


def bytes_of(data: Labelled, candidates: int, address: str) -> dict:
    """What is sent to workers and what comes back."""
    with connect(address) as (executor, workers):
        counted = Counted(executor)
        search(
            data, budget=None, candidates=candidates, jobs=workers, executor=counted, estimate=False
        )
    batches = len(counted.sent)
    return {
        "once_per_worker": counted.setup_bytes + data.signals.values.nbytes,
        "sent_per_batch": statistics.mean(counted.sent),
        "sent_at_most": max(counted.sent),
        "brought_per_batch": statistics.mean(counted.brought),
        "candidates_per_batch": candidates / batches,
    }


def measure_way(way: str, data: Labelled, candidates: int) -> dict:
    """One search in one of the ways."""
    workers = WAYS[way]
    if "cluster" not in way:
        executor, _ = local(workers)
        with executor:
            return measure(data, candidates, executor, workers)
    with cluster(workers) as address:
        _wait_for(address, workers)
        with connect(address) as (there, count):
            return measure(data, candidates, there, count)


def _wait_for(address: str, workers: int) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)


def text_of(results: dict) -> str:
    """The tables of the documentation."""
    rows = [
        [
            way,
            f"{entry['rate']:.1f}",
            f"{entry['ratio']:.2f}",
            "" if way == "1 process" else f"{entry['parent_ms']:.1f}",
        ]
        for way, entry in results["ways"].items()
    ]
    sizes = results["bytes"]
    facts = [
        ["sent once to each worker: signals and setup", f"{sizes['once_per_worker']:,}"],
        ["sent for a batch, mean", f"{sizes['sent_per_batch']:,.0f}"],
        ["sent for a batch, at most", f"{sizes['sent_at_most']:,}"],
        ["brought by a batch, mean", f"{sizes['brought_per_batch']:,.0f}"],
    ]
    return (
        f"{results['candidates']} candidates, median of {results['rounds']} rounds, "
        f"{results['cores']} cores, load before {results['load_before']:.1f}.\n\n"
        + table(["workers", "candidates/s", "ratio", "parent, ms per candidate"], rows)
        + f"\nA batch has {sizes['candidates_per_batch']:.1f} candidates in the mean; at most "
        f"{2 * GENERATION} are under way.\n\n" + table(["what", "bytes"], facts)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--candidates", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the two files")
    chosen = parser.parse_args()
    load, data = os.getloadavg()[0], signals()
    runs: dict[str, list[dict]] = {way: [] for way in WAYS}
    for _ in range(chosen.rounds):
        for way, found in runs.items():
            found.append(measure_way(way, data, chosen.candidates))
            print(way, found[-1], flush=True)
    assert len({entry["best"] for found in runs.values() for entry in found}) == 1
    ways = {
        way: {key: statistics.median(entry[key] for entry in found) for key in found[0]}
        for way, found in runs.items()
    }
    base = [entry["rate"] for entry in runs["1 process"]]
    for way, found in runs.items():
        ratios = [entry["rate"] / one for entry, one in zip(found, base, strict=True)]
        ways[way]["ratio"] = statistics.median(ratios)
    with cluster(1) as address:
        sizes = bytes_of(data, chosen.candidates, address)
    results = {
        "candidates": chosen.candidates,
        "rounds": chosen.rounds,
        "cores": os.cpu_count(),
        "load_before": load,
        "ways": ways,
        "bytes": sizes,
    }
    chosen.results.mkdir(exist_ok=True)
    (chosen.results / "scaling.json").write_text(json.dumps(results, indent=1))
    (chosen.results / "scaling.md").write_text(text_of(results))
    print(text_of(results))


if __name__ == "__main__":
    main()
