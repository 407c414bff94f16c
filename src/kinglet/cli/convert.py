"""``kinglet convert``: a model that was trained elsewhere in, library out."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from kinglet.cli.news import News
from kinglet.targets import DEFAULT


def convert(
    model: Annotated[Path, typer.Argument(help="ONNX, or what joblib wrote of scikit-learn.")],
    out: Annotated[Path, typer.Option(help="Folder for library.zip and result.json.")],
    axes: Annotated[int, typer.Option(min=1, help="Axes of the sensor.")],
    length: Annotated[int, typer.Option(min=1, help="Samples per axis of a signal.")],
    trust: Annotated[
        bool, typer.Option("--trust", help="Load a joblib file, which runs the code in it.")
    ] = False,
    classes: Annotated[
        str, typer.Option(help="Names of the classes, with commas.  [default: the model's own]")
    ] = "",
    task: Annotated[
        Literal["classification", "extrapolation"] | None,
        typer.Option(help="What an ONNX model is for.  [default: what its end says]"),
    ] = None,
    target: Annotated[str, typer.Option(help="Part, board or core.")] = DEFAULT,
    optimise: Annotated[
        Literal["size", "speed"], typer.Option(help="What is aimed at; the same answers.")
    ] = "size",
    float_abi: Annotated[
        Literal["hard", "softfp", "soft"] | None,
        typer.Option(help="Calling convention of the firmware.  [default: that of the core]"),
    ] = None,
    suffix: Annotated[
        str, typer.Option(help="Suffix of all names, for several libraries in one firmware.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print result.json.")] = False,
) -> None:
    """Build a library of a model that was trained elsewhere.

    kinglet convert model.joblib --trust --axes 3 --length 128 --out fan

    kinglet convert model.onnx --axes 3 --length 128 --classes still,walk,run --out motion
    """
    from kinglet.cli.display import show_converted
    from kinglet.convert import convert_file

    made = convert_file(
        model,
        out,
        trust=trust,
        task=task,
        axes=axes,
        length=length,
        classes=[name.strip() for name in classes.split(",")] if classes else [],
        target=target,
        abi=float_abi,
        optimise=optimise,
        suffix=suffix,
    )
    News("none").warn(made.document["warnings"])
    if as_json:
        typer.echo(json.dumps(made.document, indent=1))
    else:
        show_converted(made)
