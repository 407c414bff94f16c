"""Whether what is promised for new data is what the test files show."""

import numpy as np

from benchmarks.runner import table
from benchmarks.search import sets
from benchmarks.search.chosen import main_metric, say
from benchmarks.search.question import AD, EXT, NCC, OCC, Question, Setting, cell
from kinglet.search import search

ALIKE = ("basic_motions", "hand_gestures", "watch_activities", "fan_speed")
# The test files hold other speakers, loads, conditions, days or cells than the train files.
UNLIKE = (
    *("spoken_digits", "bearing_fault_type", "ceiling_fan_speed"),
    *("air_quality_co", "battery_capacity"),
)


def measure(name: str, setting: Setting) -> dict:
    """What was expected, what random splits and the search alone would say, and the test."""
    known = sets.find(name)
    result = search(
        known.train(), budget=setting.seconds, jobs=setting.jobs, **known.choices(setting.seeds[0])
    )
    task, best, expected = result.context.task, result.best, result.expected
    values, label = known.test()
    imitated, said = result.context.data.imitated, say(best.fitted, values)

    def natural(label: np.ndarray, outputs: np.ndarray) -> float:
        kept = task.natural(label, imitated=imitated)
        return main_metric(task, label[kept], outputs[kept])

    found = {
        "metric": task.metric_name(imitated=imitated),
        "test": natural(label, said),
        "shown": natural(result.context.data.label, best.held_out[1]),
        "candidates": result.evaluated,
        "pipeline_text": best.describe(),
        "expected": None,
        "random": None,
    }
    if expected is not None:
        random = [test.metric for test in expected.tests if test.kind == "random"]
        found["expected"] = {
            name: getattr(expected, name) for name in ("value", "low", "high", "kind")
        }
        found["tests"] = len(expected.tests)
        found["random"] = float(np.mean(random)) if random else None
    return found


def gap(run: dict, what: str) -> float | None:
    """Points between what was said and the test; None where nothing was said."""
    said = run["expected"] and run["expected"]["value"] if what == "expected" else run[what]
    return None if said is None else 100 * abs(said - run["test"])


def markdown(runs: dict[str, dict], setting: Setting) -> str:
    """The table of the documentation, and the figures that are promised."""
    columns = [
        "set", "metric", "expected", "interval", "kind", "test", "holds", "random splits",
        "search shows", "gap", "gap of random splits", "gap of the search",
    ]  # fmt: skip
    rows, held = [], []
    for name, run in runs.items():
        expected = run["expected"]
        interval, kind, holds = "", "", ""
        if expected:
            interval = f"{expected['low']:.3f} .. {expected['high']:.3f}"
            held.append(expected["low"] <= run["test"] <= expected["high"])
            kind, holds = expected["kind"], "yes" if held[-1] else "no"
        gaps = [cell(gap(run, what), 1) for what in ("expected", "random", "shown")]
        rows.append(
            [
                name, run["metric"], cell(expected and expected["value"]), interval, kind,
                cell(run["test"]), holds, cell(run["random"]), cell(run["shown"]), *gaps,
            ]
        )  # fmt: skip
    return (
        f"Searches of {setting.seconds:g} s with {setting.jobs} jobs. Expected is "
        "what the nested search of the harsher kind of split gives, with its 95 % interval; random "
        "splits is what nested random splits alone would; the search shows what its own splits "
        "give for the library that it recommends. Where there are no abnormal signals to learn "
        "from, the share of the normal ones that pass is what can be expected. Gaps to the test "
        "files in points.\n\n" + table(columns, rows) + "\n" + _summary(runs, held)
    )


def _summary(runs: dict[str, dict], held: list[bool]) -> str:
    lines = []
    alike = [gap(run, "expected") for name, run in runs.items() if name in ALIKE]
    alike = [value for value in alike if value is not None]
    if alike:
        lines.append(
            f"- Train and test alike ({len(alike)} sets): mean gap {np.mean(alike):.1f} points."
        )
    for title, names in (
        ("Unseen speakers, loads, conditions, days, cells", UNLIKE),
        ("All others", [name for name in runs if name not in (*ALIKE, *UNLIKE)]),
    ):
        pairs = [(gap(runs[name], "expected"), gap(runs[name], "random")) for name in names
                 if name in runs]  # fmt: skip
        pairs = [pair for pair in pairs if None not in pair]
        if pairs:
            own, random = np.mean(pairs, axis=0)
            lines.append(
                f"- {title} ({len(pairs)} sets): mean gap {own:.1f} points, of random splits "
                f"{random:.1f}: {own / max(random, 1e-9):.2f} of it."
            )
    if held:
        lines.append(f"- The interval holds the test figure on {sum(held)} of {len(held)} sets.")
    return "\n".join(lines) + "\n"


HONEST = Question(
    name="honest",
    title="What is expected and what comes",
    setting=Setting(seconds=60, jobs=2, seeds=(0,)),
    sets=NCC + EXT + OCC + AD,
    measure=measure,
    markdown=markdown,
)
