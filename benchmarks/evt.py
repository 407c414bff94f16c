"""The Weibull stream detector on a machine that failed, in the six settings of the talk.

    python -m benchmarks.evt

Learns the normal stretch, then goes over the stream: each sample is judged, and learned unless it
is a point outlier. Times of the talk are milliseconds, here samples: T / R. Writes results/evt.json
and results/evt.md.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks import data, runner
from kinglet.host import Device
from kinglet.record import models

EVT = models()["evt"]
FIRST = {"gamma": 2, "delta": 0.94, "maxima": 5, "outliers": 5, "gap": 5.0}
SETTINGS = {
    "first": {},
    "gamma 4": {"gamma": 4},
    "N 10": {"maxima": 10},
    "M 10": {"outliers": 10},
    "T 1000 ms": {"gap": 10.0},
    "R 1000 ms": {"gap": 0.5},
}


def decisions(config: dict, learned: np.ndarray, stream: np.ndarray) -> np.ndarray:
    """Whether each sample is a point outlier, and whether a collective one: bool (n, 2)."""
    devices = []
    for vote in ("point", "collective"):
        whole = EVT.complete(config | {"vote": vote})
        devices.append(Device(EVT, whole, EVT.prepare(whole, stream.shape[1]), stream.shape[1]))
        devices[-1].learn(learned)
    found = np.zeros((len(stream), 2), dtype=bool)
    for line, sample in enumerate(stream[:, None]):
        found[line] = [device.judge(sample)[0, 0] > 1 for device in devices]
        if not found[line, 0]:
            for device in devices:
                device.learn(sample)
    return found


def windows(label: np.ndarray) -> list[slice]:
    """Stretches of lines that are labelled."""
    edges = np.flatnonzero(np.diff(label, prepend=0, append=0))
    return [slice(*pair) for pair in edges.reshape(-1, 2)]


def measure(config: dict, learned: np.ndarray, stream: np.ndarray, label: np.ndarray) -> dict:
    """All figures of one setting."""
    point, collective = decisions(config, learned, stream).T
    within = windows(label)
    return {
        "settings": config,
        "state_bytes": 4 * EVT.state(EVT.complete(config), stream.shape[1]),
        "windows": len(within),
        "windows_hit_by_points": [bool(point[window].any()) for window in within],
        "windows_hit_by_collective": [bool(collective[window].any()) for window in within],
        "point_alarms": int(point.sum()),
        "point_alarms_percent": 100 * float(point.mean()),
        "point_alarms_outside_percent": 100 * float(point[label == 0].mean()),
        "collective_alarms": int(collective.sum()),
        "collective_alarms_outside": int(collective[label == 0].sum()),
    }


def markdown(results: dict) -> str:
    """The table of the documentation."""
    rows = []
    for name, entry in results.items():
        config, count = entry["settings"], entry["windows"]
        possible = config["gap"] >= 1
        together = str(entry["collective_alarms"])
        rows.append(
            [
                name,
                *(f"{config[key]:g}" for key in FIRST),
                f"{sum(entry['windows_hit_by_points'])} of {count}",
                f"{entry['point_alarms_percent']:.2f}",
                f"{entry['point_alarms_outside_percent']:.2f}",
                f"{sum(entry['windows_hit_by_collective'])} of {count}" if possible else "-",
                f"{together} ({entry['collective_alarms_outside']} outside)" if possible else "-",
                str(entry["state_bytes"]),
            ]
        )
    columns = [
        "setting", "gamma", "delta", "N", "M", "T, samples", "windows hit by points",
        "point alarms, %", "outside windows, %", "windows hit by collective",
        "collective alarms", "state, B",
    ]  # fmt: skip
    head = (
        "The Weibull stream detector (`evt`) on machine_temperature (NAB, one value every five "
        "minutes): learned from train/normal, then over test/stream, where each sample is judged "
        "and then learned unless it is a point outlier. The six settings are those of the talk, "
        "its times as samples (T / R). With R = 1000 ms the mean gap must be at most half a "
        "sample, and outliers are at least one sample apart: a collective anomaly cannot "
        "happen.\n\n"
    )
    return head + runner.table(columns, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", default="evt", help="name of the two files")
    parser.add_argument(
        "--results", type=Path, default=runner.RESULTS, help="folder of the two files"
    )
    options = parser.parse_args()
    path = data.folder() / "multisensor" / "machine_temperature"
    learned, stream, label = (
        np.loadtxt(path / name, delimiter=",", ndmin=2, dtype=np.float32)
        for name in ("train/normal.csv", "test/stream.csv", "test/stream_labels.csv")
    )
    results = {}
    for name, change in SETTINGS.items():
        results[name] = measure(FIRST | change, learned, stream, label[:, 0].astype(int))
        print(name, results[name], flush=True)
    assert all(len(data.meta(path)["windows"]) == entry["windows"] for entry in results.values())
    runner.write(options, results, markdown(results))
    print(markdown(results))


if __name__ == "__main__":
    main()
