"""Predicted RAM, flash and time of a plan on a core."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

import numpy as np

from kinglet.costs.code import function_bytes, functions_of
from kinglet.pipeline import Plan
from kinglet.record import CALIBRATION_FLOATS, Config, Learner, Record, Shape
from kinglet.toolchain import CORES, Core, Optimise

# The public functions, one call of a step in `neai_run`, and what a check of one value costs.
_GLUE_BYTES = 230
_CALL_BYTES = 24
_CLASS_BYTES = 4
_CHECK_CYCLES = 4.0
_CALL_CYCLES = 60.0
# Of a library that learns: the public functions more, and the CRC of its knowledge for each byte.
_LEARNING_BYTES = {"size": 300, "speed": 700}
_CRC_CYCLES = {"size": 16.0, "speed": 11.5}


@dataclass(frozen=True)
class Sizes:
    """Predicted sizes.

    Parameters
    ----------
    ram_bytes, flash_bytes : int
    cycles : float or None
        Of the public function that takes longest; None on a core without a table of cycles.
    knowledge_bytes : int
        Of RAM: what a library that learns on the device keeps.
    """

    ram_bytes: int
    flash_bytes: int
    cycles: float | None
    knowledge_bytes: int = 0


@dataclass(frozen=True)
class CostModel:
    """Sizes and times on one core.

    Parameters
    ----------
    core : str
        Key of `kinglet.toolchain.CORES`.
    optimise : {"size", "speed"}
    """

    core: str
    optimise: Optimise = "size"

    @property
    def target(self) -> Core:
        """The core."""
        return CORES[self.core]

    @cached_property
    def cycles_per_operation(self) -> dict[str, float]:
        """Factor of each step and model; empty on a core without a table of cycles."""
        if self.target.cycle_table is None:
            return {}
        text = resources.files("kinglet.costs").joinpath("cycles.json").read_text("utf-8")
        kind = "soft" if self.target.fpu == "none" else "hard"
        factors: dict[str, float] = json.loads(text)[f"{kind}-{self.optimise}"]
        return factors

    def cycles(self, record: Record, operations: float) -> float:
        """Cycles of so many operations of a step or model."""
        return self.cycles_per_operation.get(record.name, 1.0) * operations + _CALL_CYCLES

    def code_bytes(self, records: list[Record]) -> int:
        """Bytes of code of a set of steps and models, what they share counted once."""
        sizes = function_bytes(self.core, self.optimise)
        names = frozenset().union(*(functions_of(record) for record in records))
        return sum(sizes.get(name, 0) for name in names)

    def overhead_cycles(self, n_values: int) -> float:
        """Cycles of the check of the input."""
        soft = self.cycles_per_operation.get("scale", 1.0) if self.target.fpu == "none" else 1.0
        return _CHECK_CYCLES * n_values + 100.0 * soft

    def predict(self, plan: Plan, n_values: int, class_names: int) -> Sizes:
        """Sizes of a plan.

        Parameters
        ----------
        n_values : int
            Values of one signal.
        class_names : int
            Bytes of the names of the classes; a library that learns does not hold them.
        """
        records: list[Record] = [node.step for node in plan.nodes]
        records += [plan.scale, plan.model]
        flash = (
            self.code_bytes(records)
            + plan.parameter_bytes()
            + _GLUE_BYTES
            + _CALL_BYTES * (len(plan.nodes) + 2)
        )
        knowledge = plan.knowledge_bytes
        if knowledge:
            flash += _LEARNING_BYTES[self.optimise] + 4 * (plan.state + CALIBRATION_FLOATS)
        else:
            flash += _CLASS_BYTES * plan.n_outputs + class_names
        cycles = None
        if self.target.cycle_table is not None:
            cycles = self.overhead_cycles(n_values) + sum(
                self.cycles(node.step, node.operations()) for node in plan.nodes
            )
            scale = plan.scale.cost(plan.scale_config, Shape(plan.n_features, 1))
            cycles += self.cycles(plan.scale, scale.total(np.arange(plan.n_features)))
            cycles += self._model_cycles(plan)
        ram = 4 * max(1, plan.arena) + (knowledge or 4)
        return Sizes(ram, flash, cycles, knowledge)

    def learner_cycles(
        self,
        model: Learner,
        config: Config,
        n_inputs: int,
        knowledge_bytes: int,
        *,
        stream: bool,
    ) -> float:
        """Cycles of the longer call of a model that learns, the CRCs of its knowledge included."""
        factor = self.cycles_per_operation.get(f"{model.name}_learn", 1.0)
        score = self.cycles(model, model.score_cost(config, n_inputs))
        learn = factor * model.learn_cost(config, n_inputs) + _CALL_CYCLES
        # What needs no calibration is not scored before it is learned, a stream's sample in turn.
        longer = max(score, learn) if model.calibrated or stream else score + learn
        return longer + 2 * _CRC_CYCLES[self.optimise] * knowledge_bytes

    def _model_cycles(self, plan: Plan) -> float:
        """Cycles of the model; of one that learns those of its longer call, CRCs included."""
        model, config, n_inputs = plan.model, plan.model_config, plan.n_features
        if isinstance(model, Learner):
            return self.learner_cycles(
                model, config, n_inputs, plan.knowledge_bytes, stream=plan.stream
            )
        operations = model.cost(config, plan.model_fit, n_inputs, plan.n_outputs)
        return self.cycles(model, operations)
