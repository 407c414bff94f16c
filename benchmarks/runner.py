"""What the benchmarks of quality share: options, calls of the command line, files of results."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def options(description: str, output: str, **counts: int) -> argparse.Namespace:
    """Read the options that every benchmark of quality takes, and counts of its own."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--sets", nargs="+")
    parser.add_argument("--budget", default="60s")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--output", default=output, help="name of the two files")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the two files")
    for name, count in counts.items():
        parser.add_argument(f"--{name}", type=int, default=count)
    return parser.parse_args()


def kinglet(*arguments: str) -> dict:
    """Run one command and read the JSON that it prints."""
    run = subprocess.run(
        [sys.executable, "-m", "kinglet", *arguments, "--json"], capture_output=True, text=True
    )
    if run.returncode:
        sys.exit(f"kinglet {' '.join(arguments)}\n{run.stderr}")
    return json.loads(run.stdout)


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def write(chosen: argparse.Namespace, results: dict, text: str) -> None:
    """The two files: all figures as JSON, the tables of the documentation as Markdown."""
    chosen.results.mkdir(exist_ok=True)
    (chosen.results / f"{chosen.output}.json").write_text(json.dumps(results, indent=1))
    (chosen.results / f"{chosen.output}.md").write_text(text)
