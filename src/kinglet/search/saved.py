"""The folder of a search: everything that is needed to go on with it, or to build from it again.

``search.json`` says what was searched and how, ``signals.npz`` holds the signals (arrays only, no
pickle), ``journal.jsonl`` every candidate, ``status.json`` how far it is, ``pid`` who works there;
the files ``pause`` and ``stop`` are wishes of others.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from kinglet import __version__
from kinglet.errors import InputError
from kinglet.files import write_whole
from kinglet.search.context import Choices, Context, make_context
from kinglet.signals import Labelled, Signals
from kinglet.signals.signals import find_invalid
from kinglet.toolchain import Abi

SCHEMA = 1
FOLDER = "search"
SEARCH, SIGNALS, JOURNAL = "search.json", "signals.npz", "journal.jsonl"
STRATEGIES = ("evolution", "random")
# What a task calls its settings, and what a user does.
_SETTINGS = {
    "rate": "outlier_rate",
    "clip": "clip",
    "unit": "target_unit",
    "time_series": "time_series",
}
_ARRAYS = {
    "values": np.float32,
    "label": None,  # int32, or float32 where it is a target
    "machine": np.int32,
    "group": np.int32,
    "file_index": np.int32,
    "line": np.int32,
}


@dataclass(frozen=True)
class Plan:
    """How a search is run and what is built at its end; `kinglet.search` and `kinglet.make`.

    Parameters
    ----------
    budget : float, "converged" or None
    candidates, jobs : int, optional
    strategy : {"evolution", "random"}
    estimate : bool
    abi : {"hard", "softfp", "soft"}, optional
    suffix : str
    within : float, optional
        Build the smallest candidate whose score is so many points below the best one's, at most.
    """

    budget: float | Literal["converged"] | None = 60.0
    candidates: int | None = None
    jobs: int | None = None
    strategy: str = "evolution"
    estimate: bool = True
    abi: Abi | None = None
    suffix: str = ""
    within: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no search can be run with.

        Raises
        ------
        InputError
        """
        if self.strategy not in STRATEGIES:
            names = " or ".join(STRATEGIES)
            raise InputError(f"there is no strategy {self.strategy!r}: use {names}")
        if self.within is not None and not 0 <= self.within <= 100:
            raise InputError(f"within is {self.within:g}: give points of the score, 0 to 100")


def choices_of(context: Context) -> Choices:
    """The arguments of `kinglet.search` that give the same context again."""
    settings = {
        _SETTINGS[name]: value for name, value in vars(context.task).items() if value is not None
    }
    return Choices(
        task=context.task.name,
        target=context.target,
        max_ram=context.limits.ram_bytes,
        max_flash=context.limits.flash_bytes,
        max_time=context.limits.time_s,
        max_knowledge=context.limits.knowledge_bytes,
        forget=context.forget,
        model=context.models,
        seed=context.seed,
        optimise=context.optimise,
        settings=settings,
    )


def save(context: Context, plan: Plan, folder: Path) -> None:
    """Write what is searched and how; a search that was there before is no more.

    Raises
    ------
    InputError
        If nothing can be written there.
    """
    data, signals = context.data, context.data.signals
    for name in (SEARCH, JOURNAL):
        (folder / name).unlink(missing_ok=True)
    arrays = {
        "values": signals.values,
        "label": data.label,
        "machine": data.machine,
        "group": signals.group,
        "file_index": signals.file,
        "line": signals.line,
    }
    partial = folder / f".{SIGNALS}.{os.getpid()}.partial"
    try:
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        partial.replace(folder / SIGNALS)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(f"{folder}: it cannot be written ({error.strerror})") from None
    choices = choices_of(context)
    document = {
        "schema": SCHEMA,
        "kinglet": __version__,
        **choices,
        "target": context.target.name,
        "model": list(context.models),
        "signals": {
            "digest": _digest(arrays),
            "n_signals": len(signals),
            "length": signals.length,
            "axes": signals.axes,
            "rate_hz": signals.rate,
            "files": list(signals.files),
            "classes": list(data.classes),
            "imitated": data.imitated,
            "warnings": list(signals.warnings),
        },
        "plan": asdict(plan),
    }
    write_whole(folder / SEARCH, json.dumps(document, indent=1).encode())


def save_plan(plan: Plan, folder: Path) -> None:
    """Write another plan for the same search."""
    document = _document(folder) | {"plan": asdict(plan)}
    write_whole(folder / SEARCH, json.dumps(document, indent=1).encode())


def load(folder: Path) -> Context:
    """What was searched.

    Raises
    ------
    InputError
        If the folder is not that of a search, or is damaged.
    """
    document = _document(folder)
    names: dict[str, Any] = _checked(folder, document, "signals", dict)
    arrays = _arrays(folder)
    if _digest(arrays) != names.get("digest"):
        raise _damaged(folder / SIGNALS, "these are not the signals that were searched")
    targets = arrays["label"] if arrays["label"].dtype == np.float32 else None
    signals = Signals(
        **{name: arrays[name] for name in ("values", "group", "line")},
        file=arrays["file_index"],
        rate=_number(folder, names, "rate_hz", optional=True),
        files=_texts(folder, names, "files"),
        target=targets,
        warnings=_texts(folder, names, "warnings"),
    )
    data = Labelled(
        signals,
        arrays["label"],
        _texts(folder, names, "classes"),
        arrays["machine"],
        _checked(folder, names, "imitated", bool),
    )
    if targets is None and arrays["label"].max() >= len(data.classes):
        raise _damaged(folder / SEARCH, f"classes is {data.classes!r}")
    if arrays["file_index"].max() >= len(signals.files):
        raise _damaged(folder / SEARCH, f"files is {signals.files!r}")
    limits = {name: _count(folder, document, name) for name in _COUNTS}
    chosen: dict[str, Any] = {
        "task": _checked(folder, document, "task", str),
        "target": _checked(folder, document, "target", str),
        "max_time": _number(folder, document, "max_time"),
        "forget": _count(folder, document, "forget", optional=True),
        "model": _texts(folder, document, "model"),
        "optimise": _checked(folder, document, "optimise", str),
        "settings": _checked(folder, document, "settings", dict),
    }
    try:
        return make_context(data, **limits, **chosen)
    except (TypeError, AttributeError):
        raise _damaged(folder / SEARCH, f"settings is {chosen['settings']!r}") from None


def load_plan(folder: Path) -> Plan:
    """How it was searched.

    Raises
    ------
    InputError
        If the folder is not that of a search, or is damaged.
    """
    plan = _checked(folder, _document(folder), "plan", dict)
    budget = plan.get("budget")
    if budget != "converged":
        budget = _number(folder, plan, "budget", optional=True)
    abi = plan.get("abi")
    if abi is not None and abi not in get_args(Abi):
        raise _damaged(folder / SEARCH, f"abi is {abi!r}")
    return Plan(
        budget=budget,
        candidates=_count(folder, plan, "candidates", optional=True),
        jobs=_count(folder, plan, "jobs", optional=True),
        strategy=_checked(folder, plan, "strategy", str),
        estimate=_checked(folder, plan, "estimate", bool),
        abi=abi,
        suffix=_checked(folder, plan, "suffix", str),
        within=_number(folder, plan, "within", optional=True),
    )


_COUNTS = ("max_ram", "max_flash", "max_knowledge", "seed")


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Hash of all arrays."""
    state = hashlib.sha256()
    for name in _ARRAYS:
        state.update(f"{name}{arrays[name].shape}{arrays[name].dtype}".encode())
        state.update(np.ascontiguousarray(arrays[name]).data)
    return state.hexdigest()[:24]


def _damaged(path: Path, what: str) -> InputError:
    return InputError(f"{path}: the search is damaged, {what}; search anew with 'kinglet make'")


def _document(folder: Path) -> dict[str, Any]:
    path = folder / SEARCH
    try:
        document = json.loads(path.read_bytes())
    except OSError:
        raise InputError(
            f"{folder.parent}: there is no search here: name the folder that 'kinglet make --out' "
            "was given"
        ) from None
    except ValueError:
        raise _damaged(path, "this is not JSON") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InputError(f"{path}: this is not a search of this version; search anew")
    return document


def _arrays(folder: Path) -> dict[str, np.ndarray]:
    """The arrays, of the types and shapes that they were written with."""
    path = folder / SIGNALS
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: np.asarray(stored[name]) for name in _ARRAYS}
    except (OSError, ValueError, KeyError, EOFError, MemoryError, zipfile.BadZipFile) as error:
        raise _damaged(path, f"its arrays cannot be read ({type(error).__name__})") from None
    n = len(arrays["values"]) if arrays["values"].ndim == 3 else 0
    for name, array in arrays.items():
        kinds = (np.int32, np.float32) if _ARRAYS[name] is None else (_ARRAYS[name],)
        fits = array.ndim == 3 if name == "values" else array.shape == (n,)
        if not (n and fits and array.dtype in kinds) or not np.isfinite(array).all():
            raise _damaged(path, f"'{name}' has {array.dtype} of shape {array.shape}")
    if find_invalid(arrays["values"]) is not None:
        raise _damaged(path, "a value is out of range")
    return arrays


def _checked(folder: Path, document: dict[str, Any], name: str, kind: type) -> Any:
    value = document.get(name)
    if not isinstance(value, kind):
        raise _damaged(folder / SEARCH, f"{name} is {value!r}")
    return value


def _number(
    folder: Path, document: dict[str, Any], name: str, *, optional: bool = False
) -> float | None:
    value = document.get(name)
    if value is None and optional:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < np.inf:
        raise _damaged(folder / SEARCH, f"{name} is {value!r}")
    return value


def _count(folder: Path, document: dict[str, Any], name: str, *, optional: bool = False) -> Any:
    value = _number(folder, document, name, optional=optional)
    if isinstance(value, float):
        raise _damaged(folder / SEARCH, f"{name} is {value!r}")
    return value


def _texts(folder: Path, document: dict[str, Any], name: str) -> tuple[str, ...]:
    value = document.get(name)
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _damaged(folder / SEARCH, f"{name} is {value!r}")
    return tuple(value)
