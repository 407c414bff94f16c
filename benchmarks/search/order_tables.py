"""What an order of the portfolio saves on a set that had no part in it, from results/order.json."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.runner import table
from benchmarks.search.greedy import Course, Measured, course, order
from kinglet.pipeline import Pipeline

COUNT = 24  # pipelines of a portfolio, at most
NEAR = (0.95, 0.99)  # of the best of the portfolio as it was
MOMENTS = (0.5, 1, 2, 5, 10, 20)  # seconds
FIRST = (1, 3, 5, 10, COUNT)
SHUFFLES = 50
KINDS = {
    "all": "all in new order",
    "reordered": "as it was in new order",
    "before": "as it was",
}


class Orders:
    """Orders for one project type, and what they are worth.

    Parameters
    ----------
    results : dict
        Content of order.json.
    task : str
    names : sequence of str
        Sets of the project type.
    """

    def __init__(self, results: dict, task: str, names: Sequence[str]) -> None:
        self.names = list(names)
        rows = [results["sets"][name]["rows"] for name in self.names]
        self.words = {key: row["words"] for own in rows for key, row in own.items()}
        self.keys = [key for key in rows[0] if all(key in own for own in rows)]
        self.before = results["before"][task]
        # Where it was found, the best of thousands owes its metric to luck.
        self.home = {
            Pipeline.from_json(pipeline).key(): name
            for name, found in results["elites"].items()
            for pipeline in found
        }
        self.measured = {
            name: Measured.of(
                results["sets"][name], [key for key, home in self.home.items() if home == name]
            )
            for name in self.names
        }
        self.nested = {name: results["nested"].get(name, {}) for name in self.names}

    def new(self, kind: str, without: str | None = None) -> list[str]:
        """The order of a kind that the sets give, one of them left out."""
        if kind == "before":
            return self.before
        sets = [self.measured[name] for name in self.names if name != without]
        found = [key for key in self.keys if without is None or self.home.get(key) != without]
        return order(sets, self.before if kind == "reordered" else found, COUNT)

    def courses(self, name: str) -> dict[str, list[Course]]:
        """A set searched in each order; in a random one many times."""
        measured = self.measured[name]
        made = {kind: [course(measured, self.new(kind, name))] for kind in KINDS}
        shuffled = [
            list(np.random.default_rng(seed).permutation(self.before)) for seed in range(SHUFFLES)
        ]
        return made | {"random": [course(measured, keys) for keys in shuffled]}

    def chosen(self, kind: str, first: int, name: str) -> list[float]:
        """Metric of each held-out block of what the first pipelines of an order give."""
        keys, found = self.new(kind, name)[:first], []
        for fold in self.nested[name].values():
            judged = [fold[key] for key in keys if fold[key]["score"] is not None]
            found.append(max(judged, key=lambda one: one["score"])["held_out"])
        return found


def markdown(results: dict, task: str, names: Sequence[str]) -> str:
    """Tables of one project type; empty where not all of its sets were measured."""
    if not all(results["sets"].get(name, {}).get("rows") for name in names):
        return ""
    orders = Orders(results, task, names)
    courses = {name: orders.courses(name) for name in orders.names}
    parts = [f"## {task.capitalize()}", _times(orders, courses), _regret(courses)]
    if all(orders.nested.values()):
        parts.append(_held_out(orders))
    return "\n\n".join([*parts, *(_listed(orders, kind) for kind in ("reordered", "all"))])


def _listed(orders: Orders, kind: str) -> str:
    lines = []
    for place, key in enumerate(orders.new(kind), 1):
        was = f"was {orders.before.index(key) + 1}" if key in orders.before else "new"
        lines.append(f"{place}. {orders.words[key]} ({was})")
    return f"From all sets, {KINDS[kind]}:\n\n" + "\n".join(lines)


def _times(orders: Orders, courses: dict[str, dict[str, list[Course]]]) -> str:
    titles = KINDS | {"random": "as it was, shuffled"}
    columns = ["set", *(f"{100 * s:.0f} %: {title}" for s in NEAR for title in titles.values())]
    rows, missed = [], 0
    for name, made in courses.items():
        best = max(orders.measured[name].judged[key].metric for key in orders.before)
        figures = []
        for share in NEAR:
            for kind in titles:
                reached = [one.seconds_to(share * best) for one in made[kind]]
                missed += sum(seconds is None for seconds in reached)
                spent = [
                    one.moments[-1] if seconds is None else seconds
                    for one, seconds in zip(made[kind], reached, strict=True)
                ]
                figures.append(float(np.mean(spent)))
        rows.append((name, figures))
    rows.append(("**mean**", list(np.mean([figures for _, figures in rows], axis=0))))
    text = (
        "Processor seconds, features and selections with them, until the best mean metric is so "
        "much of the best of the portfolio as it was. A new order comes from the other sets alone; "
        f"the one that was has seen this set. {missed} did not get there and count all of their "
        "time.\n\n"
    )
    return text + table(columns, [[name, *(f"{f:.2f}" for f in own)] for name, own in rows])


def _regret(courses: dict[str, dict[str, list[Course]]]) -> str:
    titles = KINDS | {"random": "as it was, shuffled"}
    rows = []
    for name, made in courses.items():
        rows.append([name])
        for kind in titles:
            lost = [
                np.mean([100 * (1 - one.until(moment) / one.measured.best) for one in made[kind]])
                for moment in MOMENTS
            ]
            rows[-1].append(" ".join(f"{points:.1f}" for points in lost))
    seconds = ", ".join(f"{moment:g}" for moment in MOMENTS)
    text = f"Per cent short of the highest metric of all after {seconds} seconds.\n\n"
    return text + table(["set", *titles.values()], rows)


def _held_out(orders: Orders) -> str:
    columns = ["first", *KINDS.values()]
    rows = []
    for first in FIRST:
        found = {
            kind: np.array([orders.chosen(kind, first, name) for name in orders.names])
            for kind in KINDS
        }
        rows.append([str(first)])
        for own in found.values():
            gain = (own - found["before"]).ravel()
            error = gain.std(ddof=1) / np.sqrt(len(gain))
            rows[-1].append(f"{own.mean():.4f} ({gain.mean():+.4f}, {error:.4f})")
    text = (
        "Metric on held-out blocks of what has the highest score, on splits of the rest, among the "
        "first pipelines of an order that comes from the other sets; mean over the sets "
        "(gain on the list as it was, standard error of it).\n\n"
    )
    return text + table(columns, rows)
