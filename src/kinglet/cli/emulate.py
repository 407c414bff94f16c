"""``kinglet emulate``: run a library over a file."""

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from kinglet.errors import InputError
from kinglet.files import write_whole


def emulate(
    library: Annotated[Path, typer.Argument(help="The library.zip of 'kinglet make'.")],
    file: Annotated[Path, typer.Argument(help="Signals, one per line, as for 'kinglet make'.")],
    lines: Annotated[
        str | None, typer.Option(help="Only lines A-B, from 1.", metavar="A-B")
    ] = None,
    learn: Annotated[
        list[Path] | None,
        typer.Option(help="Nominal signals to learn first, in order; may be repeated."),
    ] = None,
    learn_lines: Annotated[
        str | None,
        typer.Option(help="Only lines A-B of each --learn, from 1.", metavar="A-B"),
    ] = None,
    pretrained: Annotated[
        bool, typer.Option("--pretrained", help="Begin with what was learned on the desk.")
    ] = False,
    sensitivity: Annotated[
        float | None, typer.Option(help="Above 0, up to 100.  [default: 1]")
    ] = None,
    threshold: Annotated[
        int | None,
        typer.Option(
            min=0, max=100, help="Similarity from which a signal is nominal.  [default: 90]"
        ),
    ] = None,
    with_target: Annotated[
        bool,
        typer.Option("--with-target", help="The target stands first on each line: tell errors."),
    ] = False,
    save_knowledge: Annotated[
        Path | None, typer.Option(help="File for what the library knows at the end.")
    ] = None,
    load_knowledge: Annotated[
        Path | None, typer.Option(help="Begin with a knowledge that was saved.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a library over a file of signals: what it says of each, then a summary.

    The very C of the library runs, as WebAssembly: the same answers as on the target. A library for
    anomaly detection learns first:

    kinglet emulate library.zip new.csv --learn normal.csv --learn-lines 1-100
    """
    first, last = _range("--lines", lines)
    learn_first, learn_last = _range("--learn-lines", learn_lines)
    from kinglet.library import Emulator, emulate_file, read_lines

    emulator = Emulator.open(library)
    given = {
        "--learn": learn, "--learn-lines": learn_lines, "--pretrained": pretrained or None,
        "--sensitivity": sensitivity, "--threshold": threshold,
        "--save-knowledge": save_knowledge, "--load-knowledge": load_knowledge,
    }  # fmt: skip
    used = [name for name, value in given.items() if value is not None]
    learns = emulator.metadata["task"] == "anomaly"
    if used and not learns:
        raise InputError(
            f"{used[0]} is for libraries that learn on the device; {library} does not: leave it out"
        )
    if with_target and emulator.metadata["task"] != "extrapolation":
        raise InputError(f"--with-target is for extrapolation; {library} predicts no number")
    if learns and not (learn or pretrained or load_knowledge):
        raise InputError(
            f"{library} learns on the device and knows nothing yet: give --learn NORMAL.csv, or "
            "--pretrained for what was learned on the desk"
        )
    if pretrained and load_knowledge:
        raise InputError("--pretrained and --load-knowledge exclude each other: give one of them")
    if sensitivity is not None and not 0 < sensitivity <= 100:
        raise InputError(f"--sensitivity is {sensitivity:g}: give a number above 0, up to 100")
    if learn_lines and not learn:
        raise InputError("--learn-lines says which lines of --learn to learn: give --learn FILE")
    options: dict[str, Any] = {}
    if used:
        options = {
            "pretrained": pretrained,
            "sensitivity": sensitivity,
            "threshold": threshold,
            "learn": [
                signal
                for path in learn or ()
                for signal in read_lines(emulator, path, learn_first, learn_last).values
            ],
            "knowledge": _knowledge(load_knowledge, emulator.metadata["knowledge_bytes"] or 0),
        }
    document, extra = emulate_file(emulator, file, first, last, with_target=with_target, **options)
    if save_knowledge:
        write_whole(save_knowledge, extra["knowledge"])
    if as_json:
        typer.echo(json.dumps(document, indent=1))
    else:
        _print(document)


def _knowledge(path: Path | None, size: int) -> bytes | None:
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the knowledge cannot be read ({error.strerror})") from None
    if len(content) != size:
        raise InputError(
            f"{path}: {len(content)} bytes, the knowledge of this library has {size}; give a file "
            "that --save-knowledge wrote for it"
        )
    return content


def _range(option: str, text: str | None) -> tuple[int, int | None]:
    if text is None:
        return 1, None
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    first = int(match.group(1)) if match else 0
    last = int(match.group(2) or first) if match else 0
    if not 1 <= first <= last:
        raise InputError(
            f"{option} {text} is not a range: write the first and the last, as in 1-20"
        )
    return first, last


def _print(document: dict[str, Any]) -> None:
    words = _WORDS[document["task"]]
    for row in document["signals"]:
        answered = row["state"] in ("NEAI_OK", "NEAI_LEARNING_IN_PROGRESS")
        typer.echo(f"{row['line']:>6}  {words(document, row) if answered else row['state']}")
    summary = document["summary"]
    typer.echo(f"{summary['n_signals']} signals: {_SUMMARIES[document['task']](summary)}")


def _class(document: dict[str, Any], row: dict[str, Any]) -> str:
    names = document["classes"]
    values = "  ".join(
        f"{name} {100 * value:5.1f} %"
        for name, value in zip(names, row["probabilities"], strict=True)
    )
    return f"{row['class']:<{max(map(len, names))}}  {values}"


def _similarity(document: dict[str, Any], row: dict[str, Any]) -> str:
    if row["score"] is None:
        return f"{row['similarity']:>3}  too few signals are learned"
    still = "  still learning" if row["state"] != "NEAI_OK" else ""
    word = "anomalous" if row["anomalous"] else "nominal"
    return f"{row['similarity']:>3}  {word:<9}  score {row['score']:7.3f}{still}"


def _outlier(document: dict[str, Any], row: dict[str, Any]) -> str:
    return f"{'outlier' if row['outlier'] else 'normal':<7}  score {row['score']:7.3f}"


def _prediction(document: dict[str, Any], row: dict[str, Any]) -> str:
    target = f"  target {row['target']:g}" if "target" in row else ""
    return f"{row['prediction']:g}{target}"


def _counts(summary: dict[str, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in summary["counts"].items())


def _similarities(summary: dict[str, Any]) -> str:
    return (
        f"{summary['learned']} learned, {summary['nominal']} nominal and "
        f"{summary['anomalous']} anomalous at {summary['threshold']}"
    )


def _outliers(summary: dict[str, Any]) -> str:
    return f"{summary['normal']} normal, {summary['outliers']} outliers"


def _predictions(summary: dict[str, Any]) -> str:
    if not summary.get("predicted"):
        return "none was predicted"
    words = f"predictions from {summary['low']:g} to {summary['high']:g}"
    if "r2" in summary:
        r2 = "unknown" if summary["r2"] is None else f"{summary['r2']:.3f}"
        words += (
            f"; R2 {r2}, mean error {summary['mae']:.4g}, root mean square "
            f"{summary['rmse']:.4g}, SMAPE {summary['smape_percent']:.1f} %"
        )
    return words


_WORDS = {
    "classification": _class,
    "anomaly": _similarity,
    "outlier": _outlier,
    "extrapolation": _prediction,
}
_SUMMARIES = {
    "classification": _counts,
    "anomaly": _similarities,
    "outlier": _outliers,
    "extrapolation": _predictions,
}
