"""A pipeline with everything fitted: enough to build the library again anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from kinglet.pipeline.knowledge import Knowledge
from kinglet.pipeline.output import Output
from kinglet.pipeline.spec import Chain, Pipeline, chain_outputs
from kinglet.record import Shape, models, selectors, steps
from kinglet.signals import check_class_name

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class FittedPipeline:
    """A pipeline, its fitted arrays, and what it tells apart.

    Parameters
    ----------
    pipeline : Pipeline
    shape : Shape
        Length and axes of a signal.
    classes : tuple of str
    chain_fits : mapping from Chain to arrays
        Fitted arrays of a step, by the chain that ends in it; steps that learn nothing are absent.
    selected : ndarray of int
        Kept features, ascending indices into the joined pool.
    scale_fit, model_fit : mapping from str to ndarray
    knowledge : Knowledge, optional
        Of a model that learns on the device.
    output : Output, optional
        What the library does to the output of its model; nothing by default.
    """

    pipeline: Pipeline
    shape: Shape
    classes: tuple[str, ...]
    selected: np.ndarray
    scale_fit: Arrays
    model_fit: Arrays
    chain_fits: Mapping[Chain, Arrays] = field(default_factory=dict)
    knowledge: Knowledge | None = None
    output: Output | None = None

    def __post_init__(self) -> None:
        """Refuse names that could not stand in the C of the library, wherever they come from."""
        for name in self.classes:
            check_class_name(name)

    @property
    def n_outputs(self) -> int:
        """Outputs of the model: one a class, or one where there are none."""
        return len(self.classes) or 1

    def kept(self) -> list[tuple[Chain, np.ndarray]]:
        """Branches of which something is kept, and which of their features, counted from 0."""
        result, start = [], 0
        for chain in self.pipeline.chains():
            count = chain_outputs(chain, self.shape)
            mine = self.selected[(self.selected >= start) & (self.selected < start + count)]
            if len(mine):
                result.append((chain, mine - start))
            start += count
        return result

    def describe(self) -> str:
        """One paragraph for people: what is left of the pipeline, and how much of each branch."""
        parts = []
        for chain, features in self.kept():
            words = " > ".join(steps()[use.name].describe(use.settings) for use in chain)
            parts.append(f"{len(features)} of {words}")
        selection, model = self.pipeline.selection, self.pipeline.model
        return "; ".join(
            [
                " + ".join(parts),
                f"{len(self.selected)} features by "
                + selectors()[selection.name].describe(selection.settings),
                steps()[self.pipeline.scale.name].describe(self.pipeline.scale.settings),
                models()[model.name].describe(model.settings),
            ]
        )

    def save(self, folder: Path) -> None:
        """Write ``pipeline.json`` and ``pipeline.npz`` (no pickle)."""
        chains = list(self.chain_fits)
        document = {
            "schema": 1,
            "pipeline": self.pipeline.to_json(),
            "length": self.shape.length,
            "axes": self.shape.axes,
            "classes": list(self.classes),
            "fitted_chains": [[use.to_json() for use in chain] for chain in chains],
        }
        arrays = {"selected": self.selected}
        arrays |= {f"scale/{name}": array for name, array in self.scale_fit.items()}
        arrays |= {f"model/{name}": array for name, array in self.model_fit.items()}
        for index, chain in enumerate(chains):
            fits = self.chain_fits[chain].items()
            arrays |= {f"chain/{index}/{name}": array for name, array in fits}
        if self.knowledge is not None:
            document["knowledge"] = self.knowledge.to_json()
            arrays["knowledge/state"] = self.knowledge.state
            arrays["knowledge/calibration"] = self.knowledge.calibration
        if self.output is not None:
            document["output"] = self.output.to_json()
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "pipeline.npz").open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        (folder / "pipeline.json").write_text(json.dumps(document, indent=1), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> FittedPipeline:
        """Read what `save` wrote."""
        document = json.loads((folder / "pipeline.json").read_text(encoding="utf-8"))
        with np.load(folder / "pipeline.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}

        def under(head: str) -> dict[str, np.ndarray]:
            return {n.removeprefix(head): a for n, a in arrays.items() if n.startswith(head)}

        # A chain reads back like a branch of a pipeline of its own.
        chains = Pipeline.from_json(
            document["pipeline"] | {"branches": document["fitted_chains"]}
        ).branches
        return FittedPipeline(
            pipeline=Pipeline.from_json(document["pipeline"]),
            shape=Shape(document["length"], document["axes"]),
            classes=tuple(document["classes"]),
            selected=arrays["selected"],
            scale_fit=under("scale/"),
            model_fit=under("model/"),
            chain_fits={chain: under(f"chain/{i}/") for i, chain in enumerate(chains)},
            knowledge=_knowledge(document.get("knowledge"), under("knowledge/")),
            output=Output(**document["output"]) if "output" in document else None,
        )


def _knowledge(numbers: dict[str, Any] | None, arrays: Arrays) -> Knowledge | None:
    if numbers is None:
        return None
    return Knowledge(state=arrays["state"], calibration=arrays["calibration"], **numbers)
