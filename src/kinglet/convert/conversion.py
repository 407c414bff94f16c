"""The whole way in one call: read the model, build the library, write it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kinglet.ccode import Names
from kinglet.convert import onnx, scikit_learn
from kinglet.convert.graph import Graph
from kinglet.errors import InputError
from kinglet.files import write_whole
from kinglet.library import Library, build
from kinglet.record import Shape
from kinglet.targets import DEFAULT, Target, get
from kinglet.tasks import TASKS
from kinglet.toolchain import CORES, Abi, Optimise


@dataclass(frozen=True)
class Converted:
    """What `convert_file` leaves.

    Parameters
    ----------
    library : Library
    library_path, result_path : Path
    document : dict
        Content of ``result.json``.
    """

    library: Library
    library_path: Path
    result_path: Path
    document: dict[str, Any]


def convert(
    model: Any,
    *,
    axes: int,
    length: int,
    classes: Sequence[str] = (),
    target: Target | str = DEFAULT,
    abi: Abi | None = None,
    optimise: Optimise = "size",
    suffix: str = "",
    signals: np.ndarray | None = None,
) -> Library:
    """Build a library of a model that was trained elsewhere.

    Parameters
    ----------
    model : Graph, or a fitted estimator or pipeline of scikit-learn
        Of signals as lines of ``length * axes`` values, axis fastest.
    axes, length : int
        Axes and samples per axis of a signal.
    classes : sequence of str
        Names in place of the model's own.
    target : Target or str
        Part, board or core.
    abi : {"hard", "softfp", "soft"}, optional
    optimise : {"size", "speed"}
        Trees become tables or nested ifs; the results are the same bits.
    suffix : str
        Tells several libraries in one firmware apart.
    signals : ndarray of float32, shape (n, length, axes), optional
        Real signals to measure the time with; noise where absent.

    Raises
    ------
    InputError
        For a model that cannot be converted.
    """
    Names(suffix)
    chosen = get(target) if isinstance(target, str) else target
    if axes < 1 or length < 1:
        raise InputError("--axes and --length are 1 or more")
    shape = Shape(length, axes)
    graph = model if isinstance(model, Graph) else scikit_learn.read(model, shape, classes)
    return build(
        graph.program(optimise),
        task=TASKS[graph.task],
        core=CORES[chosen.core_key],
        abi=CORES[chosen.core_key].checked_abi(abi),
        optimise=optimise,
        suffix=suffix,
        clock_hz=chosen.clock_hz,
        signals=signals,
    )


def convert_file(
    path: str | Path,
    out: str | Path,
    *,
    trust: bool = False,
    task: str | None = None,
    target: str = DEFAULT,
    **options: Any,
) -> Converted:
    """Convert a file; write ``library.zip`` and ``result.json``.

    Parameters
    ----------
    path : path
        What ``joblib.dump`` wrote; ONNX where the name ends in ``.onnx``.
    out : path
        Folder; created where it is missing.
    trust : bool
        Loading a joblib file runs code that is in it; ONNX is data.
    task : {"classification", "extrapolation"}, optional
        Of an ONNX model, in place of what its end says.
    target : str
    **options
        Of `convert`.

    Raises
    ------
    InputError
        If the file cannot be read or the model not be converted; nothing is written then.
    """
    out = Path(out)
    if Path(path).suffix.lower() == ".onnx":
        shape = Shape(options["length"], options["axes"])
        model, said = onnx.load(path, shape, options.get("classes", ()), task)
    elif task is not None:
        raise InputError("--task is for ONNX models: an estimator of scikit-learn tells its own")
    else:
        model, said = scikit_learn.load(path, trust=trust)
    library = convert(model, target=target, **options)
    document = {
        **library.metadata(),
        "target": get(target).name,
        "library_id": library.sources.identifier,
        "warnings": said,
    }
    library_path = library.save(out / "library.zip")
    result_path = write_whole(out / "result.json", json.dumps(document, indent=1).encode())
    return Converted(library, library_path, result_path, document)
