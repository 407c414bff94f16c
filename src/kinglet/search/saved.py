"""The folder of a search: everything that is needed to go on with it, or to build from it again.

``search.json`` says what was searched and how, ``signals.npz`` holds the signals (arrays only, no
pickle), ``journal.jsonl`` every candidate, ``status.json`` how far it is, ``pid`` who works there;
the files ``pause`` and ``stop`` are wishes of others.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import numpy as np

from kinglet import __version__
from kinglet.errors import InputError
from kinglet.files import read_json, write_whole
from kinglet.record import EXTRAPOLATION
from kinglet.search import arrays as stored
from kinglet.search.context import Choices, Context, make_context
from kinglet.search.plan import Plan
from kinglet.signals import Labelled, Signals
from kinglet.toolchain import Abi

SCHEMA = 1
FOLDER = "search"
SEARCH, SIGNALS, JOURNAL = "search.json", "signals.npz", "journal.jsonl"
# What a task calls its settings, and what a user does.
_SETTINGS = {
    "rate": "outlier_rate",
    "clip": "clip",
    "unit": "target_unit",
    "time_series": "time_series",
}
_COUNTS = ("max_ram", "max_flash", "max_knowledge", "seed")
_MOST = 1 << 53  # larger counts are none


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
    arrays = stored.arrays_of(data)
    stored.write(folder / SIGNALS, arrays)
    document = {
        "schema": SCHEMA,
        "kinglet": __version__,
        **choices_of(context),
        "target": context.target.name,
        "model": list(context.models),
        "signals": {
            "digest": stored.digest(arrays),
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


def check_there(folder: Path) -> None:
    """Refuse a folder that no search was begun in.

    Raises
    ------
    InputError
    """
    if not (folder / SEARCH).is_file():
        raise InputError(
            f"{folder.parent}: there is no search here: name the folder that 'kinglet make --out' "
            "was given"
        )


def load(folder: Path) -> Context:
    """What was searched.

    Raises
    ------
    InputError
        If the folder is not that of a search, or is damaged.
    """
    fields = _Fields(folder / SEARCH, _document(folder))
    data = _load_data(folder, _Fields(folder / SEARCH, fields.get("signals", dict)))
    limits = {name: fields.count(name) for name in _COUNTS}
    chosen: dict[str, Any] = {
        "task": fields.get("task", str),
        "target": fields.get("target", str),
        "max_time": fields.number("max_time"),
        "forget": fields.count("forget", optional=True),
        "model": fields.texts("model"),
        "optimise": fields.get("optimise", str),
        "settings": fields.get("settings", dict),
    }
    if (data.signals.target is not None) != (chosen["task"] == EXTRAPOLATION):
        raise _damaged(folder / SIGNALS, f"'label' is not that of {chosen['task']}")
    try:
        return make_context(data, **limits, **chosen)
    except (TypeError, AttributeError):
        raise _damaged(folder / SEARCH, f"settings is {chosen['settings']!r}") from None


def _load_data(folder: Path, fields: _Fields) -> Labelled:
    """The signals, checked against what is said of them."""
    try:
        arrays = stored.read(folder / SIGNALS)
    except ValueError as error:
        raise _damaged(folder / SIGNALS, str(error)) from None
    if stored.digest(arrays) != fields.get("digest", str):
        raise _damaged(folder / SIGNALS, "these are not the signals that were searched")
    label, file = arrays["label"], arrays["file_index"]
    files, classes = fields.texts("files"), fields.texts("classes")
    targets = label if label.dtype == np.float32 else None
    if targets is None and not np.array_equal(np.unique(label), np.arange(len(classes))):
        raise _damaged(folder / SEARCH, f"classes is {list(classes)!r}")
    if arrays["machine"].max() >= len(label):
        raise _damaged(folder / SIGNALS, "there are more machines than lines")
    if file.max() >= len(files):
        raise _damaged(folder / SEARCH, f"files is {list(files)!r}")
    signals = Signals(
        **{name: arrays[name] for name in ("values", "group", "line")},
        file=file,
        rate=fields.number("rate_hz", optional=True),
        files=files,
        target=targets,
        warnings=fields.texts("warnings"),
    )
    return Labelled(signals, label, classes, arrays["machine"], fields.get("imitated", bool))


def load_plan(folder: Path) -> Plan:
    """How it was searched.

    Raises
    ------
    InputError
        If the folder is not that of a search, or is damaged.
    """
    document = _Fields(folder / SEARCH, _document(folder)).get("plan", dict)
    fields = _Fields(folder / SEARCH, document)
    budget = document.get("budget")
    if budget != "converged":
        budget = fields.number("budget", optional=True)
    abi = document.get("abi")
    if abi is not None and abi not in get_args(Abi):
        raise _damaged(folder / SEARCH, f"abi is {abi!r}")
    try:
        return Plan(
            budget=budget,
            candidates=fields.count("candidates", optional=True),
            jobs=fields.count("jobs", optional=True),
            strategy=fields.get("strategy", str),
            estimate=fields.get("estimate", bool),
            abi=abi,
            suffix=fields.get("suffix", str),
            within=fields.number("within", optional=True),
        )
    except InputError as error:
        raise _damaged(folder / SEARCH, str(error)) from None


def _damaged(path: Path, what: str) -> InputError:
    return InputError(f"{path}: the search is damaged, {what}; search anew with 'kinglet make'")


def _document(folder: Path) -> dict[str, Any]:
    check_there(folder)
    document = read_json(folder / SEARCH)
    if not isinstance(document, dict):
        raise _damaged(folder / SEARCH, "this is not a JSON object")
    if document.get("schema") != SCHEMA:
        raise InputError(f"{folder / SEARCH}: this is not a search of this version; search anew")
    return document


class _Fields:
    """Values of a document that anybody may have changed."""

    def __init__(self, path: Path, document: dict[str, Any]) -> None:
        self._path = path
        self._document = document

    def get(self, name: str, kind: type) -> Any:
        """A value of a type."""
        value = self._document.get(name)
        return value if isinstance(value, kind) else self._refuse(name)

    def number(self, name: str, *, optional: bool = False) -> Any:
        """A finite number, 0 or more."""
        value = self._document.get(name)
        if value is None and optional:
            return None
        good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _MOST
        return value if good else self._refuse(name)

    def count(self, name: str, *, optional: bool = False) -> Any:
        """A whole number, 0 or more."""
        value = self.number(name, optional=optional)
        return self._refuse(name) if isinstance(value, float) else value

    def texts(self, name: str) -> tuple[str, ...]:
        """Texts."""
        value = self._document.get(name)
        good = isinstance(value, list) and all(isinstance(text, str) for text in value)
        return tuple(value or ()) if good else self._refuse(name)

    def _refuse(self, name: str) -> Any:
        raise _damaged(self._path, f"{name} is {str(self._document.get(name))[:80]!r}")
