"""A converted model: a chain of layers, its memory and its C."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kinglet.ccode import Constants, fold
from kinglet.convert.layer import Arrays, Layer, Settings, layers
from kinglet.errors import InputError
from kinglet.library import Program
from kinglet.pipeline import Output
from kinglet.record import Shape
from kinglet.signals import check_class_name
from kinglet.toolchain import Optimise


@dataclass(frozen=True)
class Node:
    """One layer with what the model told it.

    Parameters
    ----------
    name : str
        Of the layer.
    settings : mapping
        Numbers and words.
    arrays : mapping from str to ndarray
        What was learned.
    """

    name: str
    settings: Settings = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)

    @property
    def layer(self) -> Layer:
        """The layer itself."""
        layer: Layer = layers()[self.name]
        return layer


@dataclass(frozen=True)
class Call:
    """One call of a layer: where it reads and writes.

    Parameters
    ----------
    node : Node
    inputs, outputs : int
        Values in and out.
    source, target : str
        C of the memory read and written.
    scratch : str
        C of the scratch memory.
    """

    node: Node
    inputs: int
    outputs: int
    source: str
    target: str
    scratch: str


@dataclass(frozen=True)
class Graph:
    """A model that was trained elsewhere, as a chain of layers.

    It is a `kinglet.pipeline.Trained`: a library is made of it as of a fitted pipeline.

    Parameters
    ----------
    nodes : tuple of Node
        In the order of execution; the first takes a signal, ``length * axes`` values, axis fastest.
    shape : Shape
    classes : tuple of str
        Empty for a model that gives one value.
    task : str
        Project type.
    origin : str
        What it was made from, in words.
    output : Output, optional
        What the library does to the one value.

    Raises
    ------
    InputError
        If a number of the model is not finite in float32, or two classes have one name.
    ValueError
        If a layer does not take what the one before it gives: a defect of whoever made the graph.
    """

    nodes: tuple[Node, ...]
    shape: Shape
    classes: tuple[str, ...]
    task: str
    origin: str
    output: Output | None = None

    knowledge = None

    def __post_init__(self) -> None:
        for name in self.classes:
            check_class_name(name)
            if self.classes.count(name) > 1:
                raise InputError(f"two classes have the name {name!r}: tell others by --classes")
        sizes = self.sizes()
        for node, size in zip(self.nodes, sizes, strict=False):
            wanted = node.layer.inputs(node.settings, node.arrays)
            if wanted not in (None, size):
                raise ValueError(f"{node.name} takes {wanted} values, not {size}")
        if sizes[-1] != (len(self.classes) or 1):
            raise ValueError(f"the model gives {sizes[-1]} values")
        _check_finite(self.nodes)

    def sizes(self) -> list[int]:
        """Values before the first layer and after each."""
        sizes = [self.shape.length * self.shape.axes]
        for node in self.nodes:
            sizes.append(node.layer.outputs(node.settings, node.arrays, sizes[-1]))
        return sizes

    def calls(self) -> tuple[list[Call], int]:
        """Every call with its memory, and the floats of static memory that they share.

        Two buffers take turns; layers that can work in place do, but never in the caller's input,
        and as many of the last layers as can work in the caller's output.
        """
        sizes = self.sizes()
        places = self._places(sizes)
        room = [0, 0]
        scratch = 0
        for node, place, before, after in zip(
            self.nodes, places, sizes[:-1], sizes[1:], strict=True
        ):
            scratch = max(scratch, node.layer.scratch(node.settings, node.arrays, before))
            if place >= 0:
                room[place] = max(room[place], after)
        memory = {-2: "in", -1: "out", 0: _at(0), 1: _at(room[0])}
        calls, source = [], -2
        for node, place, before, after in zip(
            self.nodes, places, sizes[:-1], sizes[1:], strict=True
        ):
            needs = node.layer.scratch(node.settings, node.arrays, before)
            area = _at(sum(room)) if needs else "NULL"
            calls.append(Call(node, before, after, memory[source], memory[place], area))
            source = place
        return calls, sum(room) + scratch

    def _places(self, sizes: list[int]) -> list[int]:
        """Where each layer writes: 0 and 1 are the buffers, -1 the caller's output."""
        last = len(self.nodes) - 1
        while last > 0 and self.nodes[last].layer.in_place and sizes[last] == sizes[-1]:
            last -= 1
        places: list[int] = []
        for index, node in enumerate(self.nodes):
            if index >= last:
                places.append(-1)
            elif index and node.layer.in_place:
                places.append(places[-1])
            else:
                places.append(1 - places[-1] if index else 0)
        return places

    def program(self, optimise: Optimise = "size") -> Program:
        """The library's content.

        Parameters
        ----------
        optimise : {"size", "speed"}
            Layers whose C is written for this model may have a form for each.
        """
        calls, memory = self.calls()
        constants = Constants()
        lines, functions = [], []
        for index, call in enumerate(calls):
            node = call.node
            name = f"kn_{node.name}_{index}"
            own = node.layer.own_source(
                node.settings, node.arrays, name, constants.tables, optimise
            )
            if own:
                functions.append(own)
                lines.append(f"    {name}({call.source}, {call.target});")
            else:
                block = node.layer.block(node.settings, node.arrays, call.inputs)
                address = constants.block(node.layer, block)
                lines.append(
                    f"    kn_{node.name}({address}, {call.source}, {call.target}, {call.scratch});"
                )
        arena = f"static float neai_arena[{memory}];\n\n" if memory else ""
        records = {node.name: node.layer for node in self.nodes}
        joined = "\n".join(lines)
        text = "\n".join(functions)
        inference = f"""{fold(records.values(), ["valid.h"])}
/* ---- parameters ---- */

{constants.text()}
{text}
/* ---- one inference ---- */

{arena}static void neai_run(const float *in, float *out)
{{
{joined}
}}
"""
        facts = {"model": self.to_json(), "pipeline_text": self.describe()}
        return Program(trained=self, inference=inference, facts=facts)

    def oracle(self, x: np.ndarray) -> np.ndarray:
        """Outputs of signals by NumPy, float64 of shape (n, n_outputs); in tests only."""
        values = x.reshape(len(x), -1).astype(np.float64)
        for node in self.nodes:
            values = node.layer.oracle(node.settings, node.arrays, values)
        return values if self.output is None else self.output.apply(values)

    def describe(self) -> str:
        """One paragraph for people."""
        titles = " > ".join(
            f"{node.layer.title} ({before} to {after})"
            for node, before, after in zip(
                self.nodes, self.sizes()[:-1], self.sizes()[1:], strict=True
            )
        )
        return f"converted from {self.origin}: {titles}"

    def to_json(self) -> dict[str, Any]:
        """Everything but the arrays."""
        return {
            "schema": 1,
            "task": self.task,
            "origin": self.origin,
            "length": self.shape.length,
            "axes": self.shape.axes,
            "classes": list(self.classes),
            "layers": [{"name": node.name, "settings": dict(node.settings)} for node in self.nodes],
            "output": self.output.to_json() if self.output else None,
        }

    def save(self, folder: Path) -> None:
        """Write ``model.json`` and ``model.npz`` (no pickle)."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: Mapping[str, Any] = {
            f"{index}/{name}": array
            for index, node in enumerate(self.nodes)
            for name, array in node.arrays.items()
        }
        with (folder / "model.npz").open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        (folder / "model.json").write_text(json.dumps(self.to_json(), indent=1), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> Graph:
        """Read what `save` wrote."""
        document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        with np.load(folder / "model.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        nodes = []
        for index, entry in enumerate(document["layers"]):
            head = f"{index}/"
            own = {n.removeprefix(head): a for n, a in arrays.items() if n.startswith(head)}
            nodes.append(Node(entry["name"], entry["settings"], own))
        output = document["output"]
        return Graph(
            nodes=tuple(nodes),
            shape=Shape(document["length"], document["axes"]),
            classes=tuple(document["classes"]),
            task=document["task"],
            origin=document["origin"],
            output=Output(**output) if output else None,
        )


def _check_finite(nodes: Sequence[Node]) -> None:
    """Refuse numbers that float32 does not hold; thresholds of trees are compared alone."""
    for node in nodes:
        numbers = [array for name, array in node.arrays.items() if name != "threshold"]
        numbers += [np.array(each) for each in node.settings.values() if isinstance(each, float)]
        if not all((np.abs(each) <= np.finfo(np.float32).max).all() for each in numbers):
            raise InputError(f"a {node.name} of the model holds numbers that are not finite")


def _at(offset: int) -> str:
    return f"neai_arena + {offset}" if offset else "neai_arena"
