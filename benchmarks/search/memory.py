"""Memory of all processes of a search of many made signals, and how soon there is a result.

The search runs in a process of its own, as a user's would; this one looks at it from outside.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from benchmarks.runner import table
from benchmarks.search.question import Question, Setting, cell
from kinglet.search import Progress, search
from kinglet.signals import read_classes

CLASSES, LENGTH, AXES = 5, 256, 3
LOOK = 0.3  # seconds
_MIB = 1 << 20


def write_files(folder: Path, signals: int) -> list[Path]:
    """A file for each class: whole numbers, as a sensor's; a tone that wanders, in noise."""
    rng = np.random.default_rng(0)
    time_axis = np.arange(LENGTH)[:, None] / LENGTH
    files = []
    for number in range(CLASSES):
        count = signals // CLASSES
        tone = rng.normal(8 + 3 * number, 2.5, (count, 1, 1))
        height = rng.lognormal(5.5, 0.3, (count, 1, AXES))
        phase = rng.uniform(0, 2 * np.pi, (count, 1, AXES))
        values = height * np.sin(2 * np.pi * tone * time_axis + phase)
        values += rng.normal(0, 250, (count, LENGTH, AXES))
        files.append(folder / f"c{number}.csv")
        np.savetxt(files[-1], values.reshape(count, -1).round(), fmt="%d", delimiter=",")
    return files


def run(folder: Path, seconds: float, jobs: int) -> dict:
    """What the process of the search does, and prints."""
    started = psutil.Process().create_time()
    data = read_classes([(file.stem, file) for file in sorted(folder.glob("*.csv"))], AXES)
    read = time.time() - started
    first: list[float] = []

    def note(progress: Progress) -> None:
        if not first and progress.best is not None:
            first.append(time.time() - started)

    result = search(data, budget=seconds, jobs=jobs, on_progress=note)
    return {
        "read_seconds": read,
        "first_seconds": first[0],
        "seconds": time.time() - started,
        "candidates": result.evaluated,
        "score": result.best.score,
    }


def watch(process: psutil.Popen) -> dict:
    """Peak of the memory of a process and all its children, in MiB, until it ends.

    PSS counts a page that several processes share once; RSS counts it for each of them.
    """
    peak = {"pss_mib": 0.0, "rss_mib": 0.0}
    while process.poll() is None:
        now = dict.fromkeys(peak, 0.0)
        try:
            tree = [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            break
        for each in tree:
            try:
                used = each.memory_full_info()
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue  # it has just ended
            now["rss_mib"] += used.rss / _MIB
            now["pss_mib"] += getattr(used, "pss", used.uss) / _MIB  # of Linux only
        peak = {name: max(peak[name], now[name]) for name in peak}
        time.sleep(LOOK)
    return peak


def measure(name: str, setting: Setting) -> dict:
    """Peak memory and times for so many signals."""
    with tempfile.TemporaryDirectory(prefix="kinglet-") as folder:
        size = sum(file.stat().st_size for file in write_files(Path(folder), int(name)))
        # To a file: a pipe that nobody reads while the process is watched may fill.
        with tempfile.TemporaryFile("w+") as said:
            process = psutil.Popen(
                [
                    *(sys.executable, "-m", "benchmarks.search.memory", folder),
                    *(str(setting.seconds), str(setting.jobs)),
                ],
                stdout=said,
            )
            try:
                peak = watch(process)
            finally:
                if process.poll() is None:
                    process.terminate()
                process.wait()
            if process.returncode:
                raise subprocess.CalledProcessError(process.returncode, process.args)
            said.seek(0)
            told = json.loads(said.read().splitlines()[-1])
    return {"signals": int(name), "file_mib": size / _MIB, **peak, **told}


def markdown(runs: dict[str, dict], setting: Setting) -> str:
    """The table of the documentation."""
    columns = [
        "signals", "files MiB", "PSS MiB", "RSS MiB", "reading s", "first result s", "all s",
        "candidates",
    ]  # fmt: skip
    figures = ("file_mib", "pss_mib", "rss_mib", "read_seconds", "first_seconds", "seconds")
    rows = [
        [
            f"{run['signals']} x {LENGTH * AXES}",
            *(cell(run[figure], 0) for figure in figures),
            str(run["candidates"]),
        ]
        for run in runs.values()
    ]
    return (
        f"Made signals of {CLASSES} classes in text files, a search of {setting.seconds:g} s with "
        f"{setting.jobs} jobs and an estimate. Peaks over the whole tree of processes, looked at "
        f"every {LOOK} s; PSS counts shared pages once. Times count from the start of the process, "
        "imports and reading included.\n\n" + table(columns, rows)
    )


MEMORY = Question(
    name="memory",
    title="Memory",
    setting=Setting(seconds=60, jobs=2, seeds=(0,)),
    sets=("10000",),
    measure=measure,
    markdown=markdown,
    made=True,
)
LARGE = Question(
    name="large",
    title="Large data",
    setting=Setting(seconds=120, jobs=2, seeds=(0,)),
    sets=("100000",),
    measure=measure,
    markdown=markdown,
    made=True,
    on_request=True,
)


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))))
