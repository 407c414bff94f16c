"""What a library is made of, whether Kinglet trained it or somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kinglet.ccode import fold
from kinglet.library.body import body
from kinglet.pipeline import FittedPipeline, Plan, Trained, make_plan
from kinglet.record import Record


@dataclass(frozen=True)
class Program:
    """Something trained, and its inference in C.

    Parameters
    ----------
    trained : Trained
    inference : str
        C of everything that the glue of a project type calls, see `kinglet.library.body.body`: the
        headers, the constants and ``neai_run(in, out)``; and ``kn_is_valid(in, count)``.
    facts : mapping
        Entries of ``metadata.json`` that tell what it was made from; ``pipeline_text`` is one.
    plan : Plan, optional
        Of a fitted pipeline.
    """

    trained: Trained
    inference: str
    facts: Mapping[str, Any]
    plan: Plan | None = None

    @property
    def knowledge_bytes(self) -> int:
        """Bytes of ``neai_knowledge``; 0 where nothing is learned on the device."""
        return self.plan.knowledge_bytes if self.plan else 0


def program(fitted: FittedPipeline) -> Program:
    """Write the inference of a fitted pipeline."""
    plan = make_plan(fitted)
    records: dict[str, Record] = {node.step.name: node.step for node in plan.nodes}
    records[plan.scale.name] = plan.scale
    records[plan.model.name] = plan.model
    runtime = ["valid.h", *(["knowledge.h"] if fitted.knowledge else [])]
    return Program(
        trained=fitted,
        inference=f"{fold([*records.values()], runtime)}\n{body(plan, fitted)}",
        facts={
            "pipeline": fitted.pipeline.to_json(),
            "pipeline_text": fitted.describe(),
            "selected_features": [int(index) for index in fitted.selected],
        },
        plan=plan,
    )
