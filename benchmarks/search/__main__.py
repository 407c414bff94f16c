"""Benchmarks of the search: speed, convergence, honesty, memory.

    python -m benchmarks.search [--only speed,honest] [--sets hand_gestures,fan_speed]
        [--seconds 10] [--jobs 2] [--seeds 0,1,2] [--resume]

What a search chooses comes from train files; test files only measure. The figures of a set are
written as soon as they are there, to results/search.json, and results/search.md is made from them;
`load_before` tells how busy the machine was, for times of a busy one are worth nothing. With
--resume, sets whose figures are there already, of the same setting, are not measured again.
"""

import argparse
import json
import os
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks import runner
from benchmarks.search.convergence import CONVERGENCE
from benchmarks.search.curse import CURSE
from benchmarks.search.honest import HONEST
from benchmarks.search.memory import LARGE, MEMORY
from benchmarks.search.portfolio import PORTFOLIO
from benchmarks.search.question import Question, Setting
from benchmarks.search.speed import SPEED
from benchmarks.search.strategies import STRATEGIES_QUESTION
from kinglet.files import write_whole

QUESTIONS = {
    question.name: question
    for question in (
        SPEED, CONVERGENCE, CURSE, HONEST, STRATEGIES_QUESTION, PORTFOLIO, MEMORY, LARGE
    )
}  # fmt: skip
NAME = "search"


def options() -> argparse.Namespace:
    """Read the command line."""

    def words(text: str) -> list[str]:
        return [word for word in text.split(",") if word]

    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.search", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--only", type=words, help=f"some of {', '.join(QUESTIONS)}")
    parser.add_argument("--sets", type=words, help="other sets, or numbers of made signals")
    parser.add_argument("--seconds", type=float, help="budget of each search")
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--seeds", type=words)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--results", type=Path, default=runner.RESULTS, help="folder of the files")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.only or [] if name not in QUESTIONS]
    if unknown:
        parser.error(f"there is no question {unknown[0]!r}: name some of {', '.join(QUESTIONS)}")
    return chosen


def setting_of(question: Question, chosen: argparse.Namespace) -> Setting:
    """The question's own setting, with what was asked for."""
    asked = {
        "seconds": chosen.seconds,
        "jobs": chosen.jobs,
        "seeds": tuple(map(int, chosen.seeds)) if chosen.seeds else None,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    return replace(question.setting, **given)


def plain(setting: Setting) -> dict:
    """A setting as it is read back from JSON."""
    return asdict(setting) | {"seeds": list(setting.seeds)}


def markdown(results: dict) -> str:
    """The tables of all questions that were measured, from the figures as they are on disk."""
    parts = ["# The search"]
    for name, question in QUESTIONS.items():
        if results.get(name, {}).get("sets"):
            setting = results[name]["setting"]
            setting = Setting(setting["seconds"], setting["jobs"], tuple(setting["seeds"]))
            text = question.markdown(results[name]["sets"], setting)
            parts.append(f"## {question.title}\n\n{text.rstrip()}")
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measure what was asked for, and keep what was measured before."""
    chosen = options()
    figures, tables = (chosen.results / f"{NAME}.{kind}" for kind in ("json", "md"))
    results = json.loads(figures.read_text()) if figures.exists() else {}
    wanted = chosen.only or [name for name, one in QUESTIONS.items() if not one.on_request]
    for name in wanted:
        question = QUESTIONS[name]
        setting = setting_of(question, chosen)
        before = results.get(name, {})
        # Figures of another setting do not belong in one table with these.
        known = before["sets"] if before.get("setting") == plain(setting) else {}
        for one in question.asked(chosen.sets):
            if chosen.resume and one in known:
                continue
            print(f"{name}: {one}", flush=True)
            load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
            known[one] = question.measure(one, setting) | {"load_before": load}
            results[name] = {"setting": plain(setting), "sets": known}
            write_whole(figures, (json.dumps(results, indent=1) + "\n").encode())
            write_whole(tables, markdown(results).encode())
    print(markdown({name: results[name] for name in wanted if name in results}))


if __name__ == "__main__":
    main()
