"""How many signals a second the search's device learns and judges, for each model that learns.

    python -m benchmarks.play [--inputs 24]

One core, vectors of features in memory, in C batches. Writes results/play.md.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from kinglet.host import Device
from kinglet.record import Learner, models

RESULTS = Path(__file__).parent / "results"
LINES = 20_000


def rates(model: Learner, n_inputs: int) -> tuple[float, float]:
    """Learned and judged signals per second, the best of three runs."""
    x = np.random.default_rng(0).normal(size=(LINES, n_inputs)).astype(np.float32)
    config = model.complete({})
    learned, judged = [], []
    for _ in range(3):
        device = Device(model, config, model.prepare(config, n_inputs), n_inputs)
        started = time.perf_counter()
        device.learn(x)
        between = time.perf_counter()
        device.judge(x)
        learned.append(LINES / (between - started))
        judged.append(LINES / (time.perf_counter() - between))
    return max(learned), max(judged)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=24)
    options = parser.parse_args()
    lines = [
        f"Signals per second and core, {options.inputs} features; a model that takes fewer gets "
        "as many as it does.\n",
        "| model | features | learned | judged |",
        "|---|---|---|---|",
    ]
    for model in models():
        if not isinstance(model, Learner):
            continue
        config = model.complete({})
        fitting = [n for n in range(1, options.inputs + 1) if model.accepts(config, n)]
        learn, judge = rates(model, fitting[-1])
        lines.append(f"| {model.name} | {fitting[-1]} | {learn:,.0f} | {judge:,.0f} |")
        print(lines[-1], flush=True)
    (RESULTS / "play.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
