"""``kinglet make``: files in, library out."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from kinglet.cli.budget import parse_budget
from kinglet.cli.cluster import Cluster, workers_of
from kinglet.cli.news import telling
from kinglet.errors import InputError
from kinglet.targets import DEFAULT, get
from kinglet.targets.units import parse_size, parse_time


def make(
    signals: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=FILE...",
            help="Class and file of its signals; a class given twice has two recordings. For "
            "anomaly detection normal=FILE and, if there is one, abnormal=FILE; several couples "
            "are several machines. For outlier normal=FILE, for extrapolation data=FILE with the "
            "target first on each line.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for library.zip and result.json.")],
    axes: Annotated[int, typer.Option(min=1, help="Axes of the sensor.")],
    task: Annotated[
        Literal["classification", "anomaly", "outlier", "extrapolation"],
        typer.Option(help="Project type."),
    ] = "classification",
    multisensor: Annotated[
        bool,
        typer.Option(
            "--multisensor", help="Each line is one sample of all variables, in order of time."
        ),
    ] = False,
    groups: Annotated[
        Path | None,
        typer.Option(
            help="File with an id for each line of all files in turn (a person, a machine): what "
            "has one id is kept together in the splits.  [default: each file, of several a class]"
        ),
    ] = None,
    rate: Annotated[float | None, typer.Option(help="Sampling rate in Hz.")] = None,
    target: Annotated[str, typer.Option(help="Part, board or core.")] = DEFAULT,
    max_ram: Annotated[str, typer.Option(help="RAM the library may take.")] = "32K",
    max_flash: Annotated[str, typer.Option(help="Flash the library may take.")] = "128K",
    max_time: Annotated[
        str | None,
        typer.Option(help="Time of one call.  [default: 20ms, anomaly detection 5ms]"),
    ] = None,
    max_knowledge: Annotated[
        str, typer.Option(help="RAM for what is learned on the device, where it is.")
    ] = "4K",
    forget: Annotated[
        int | None,
        typer.Option(help="Signals after which the device forgets older ones.  [default: never]"),
    ] = None,
    outlier_rate: Annotated[
        float | None,
        typer.Option(
            help="Share of unseen normal signals that may be taken for outliers, up to 0.2.  "
            "[default: 0.05]"
        ),
    ] = None,
    no_clip: Annotated[
        bool,
        typer.Option("--no-clip", help="Let predictions leave the learned range of the target."),
    ] = False,
    target_unit: Annotated[str | None, typer.Option(help="Unit of the target.")] = None,
    time_series: Annotated[
        bool | None,
        typer.Option(
            "--time-series/--no-time-series",
            help="Whether lines with targets follow each other in time.  [default: seen from them]",
        ),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Choose among these models only; may be repeated.")
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="TIME|converged",
            help="Time for all of it, or until the last third of the candidates brought no gain.  "
            "[default: 60s, or none with --candidates]",
        ),
    ] = None,
    candidates: Annotated[
        int | None,
        typer.Option(min=1, help="Candidates to evaluate, in place of a time or beside it."),
    ] = None,
    strategy: Annotated[
        Literal["evolution", "random"],
        typer.Option(help="What is tried after the portfolio."),
    ] = "evolution",
    no_estimate: Annotated[
        bool,
        typer.Option(
            "--no-estimate",
            help="Do not estimate what new data will show; search in its three tenths of the time.",
        ),
    ] = False,
    within: Annotated[
        float | None,
        typer.Option(
            help="Build the smallest library whose score is so many points below the best, at most."
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Worker processes.  [default: all cores]")
    ] = None,
    cluster: Cluster = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything drawn.")] = 0,
    optimise: Annotated[
        Literal["size", "speed"], typer.Option(help="What the compiler aims at.")
    ] = "size",
    float_abi: Annotated[
        Literal["hard", "softfp", "soft"] | None,
        typer.Option(help="Calling convention of the firmware.  [default: that of the core]"),
    ] = None,
    suffix: Annotated[
        str, typer.Option(help="Suffix of all names, for several libraries in one firmware.")
    ] = "",
    progress: Annotated[
        Literal["bar", "json", "none"] | None,
        typer.Option(help="What stderr tells meanwhile.  [default: bar, none with --json]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print result.json.")] = False,
) -> None:
    """Search the best library for files of signals, one signal per line, and build it.

    kinglet make --axes 3 --out fan off=off.csv low=low.csv high=high.csv

    kinglet make --task anomaly --axes 3 --out fan normal=good.csv abnormal=worn.csv

    kinglet make --task outlier --axes 3 --out fan normal=good.csv

    kinglet make --task extrapolation --axes 3 --out fan data=speeds.csv
    """
    with telling(progress or ("none" if as_json else "bar")) as news:
        pairs = [_pair(text) for text in signals]
        settings = {
            "outlier_rate": outlier_rate,
            "clip": False if no_clip else None,
            "target_unit": target_unit,
            "time_series": time_series,
        }
        arguments: dict[str, Any] = {
            "task": task,
            "target": get(target),
            "max_ram": parse_size(max_ram),
            "max_flash": parse_size(max_flash),
            "max_time": parse_time(max_time) if max_time else None,
            "max_knowledge": parse_size(max_knowledge),
            "forget": forget,
            "model": tuple(model or ()),
            "budget": parse_budget(budget or "60s") if budget or not candidates else None,
            "candidates": candidates,
            "strategy": strategy,
            "estimate": not no_estimate,
            "within": within,
            "seed": seed,
            "optimise": optimise,
            "settings": {name: value for name, value in settings.items() if value is not None},
            "abi": float_abi,
            "suffix": suffix,
        }
        from kinglet.cli.display import finish
        from kinglet.cli.watch import watched
        from kinglet.workflow import make as run
        from kinglet.workflow import read

        with workers_of(cluster, jobs) as workers:  # first: one that is away is told at once
            data = read(task, pairs, axes, rate, multisensor=multisensor, groups=groups, seed=seed)
            told = data.signals.warnings
            news.warn(told)
            with watched(news) as on_progress:
                made = run(data, out, on_progress=on_progress, **workers, **arguments)
        finish(made, news, told=told, as_json=as_json)


def _pair(text: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not equals or not name or not path:
        raise InputError(
            f"'{text}' is not NAME=FILE: write the class, an equals sign and its file, "
            "as in walking=walking.csv"
        )
    return name, path
