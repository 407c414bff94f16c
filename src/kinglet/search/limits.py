"""What a library may take at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kinglet.costs import CostModel, Sizes
from kinglet.errors import NothingFitsError
from kinglet.pipeline import Pipeline
from kinglet.pipeline.spec import chain_outputs
from kinglet.record import Learner, Shape, models

_MARGIN = 1.15  # predicted cycles are seldom farther off
_FILLED = 0.8  # of the parameters that a model is said to have it has at least so many
_KNOWLEDGE_BYTES = 84  # beside the state: head and CRC


@dataclass(frozen=True)
class Limits:
    """Bounds that every candidate keeps.

    Parameters
    ----------
    ram_bytes, flash_bytes : int
    time_s : float
        Of one inference.
    clock_hz : float
        Clock that the time is told for.
    knowledge_bytes : int
        Of RAM, what a library that learns on the device may keep.
    """

    ram_bytes: int
    flash_bytes: int
    time_s: float
    clock_hz: float
    knowledge_bytes: int = 4 << 10

    @property
    def cycles(self) -> float:
        """Cycles that fit into the time."""
        return self.time_s * self.clock_hz

    def thrift(self, sizes: Sizes) -> float:
        """1 for a library of no size, 0 for one that uses all it may."""
        shares = [sizes.ram_bytes / self.ram_bytes, sizes.flash_bytes / self.flash_bytes]
        if sizes.cycles is not None:
            shares.append(sizes.cycles / self.cycles)
        return 1.0 - float(np.mean(shares))

    def check(self, sizes: Mapping[str, Any]) -> None:
        """Refuse a compiled library whose measured sizes or time break a limit.

        Raises
        ------
        NothingFitsError
        """
        time_ms = sizes["time_ms"]
        if (
            sizes["ram_bytes"] > self.ram_bytes
            or sizes["flash_bytes"] > self.flash_bytes
            or (time_ms is not None and time_ms > 1e3 * self.time_s)
        ):
            time = "" if time_ms is None else f", {time_ms:.2f} ms"
            raise NothingFitsError(
                f"the compiled library takes {sizes['ram_bytes']} bytes of RAM, "
                f"{sizes['flash_bytes']} of flash{time}, more than the limits allow"
            )

    def broken_by(self, sizes: Sizes) -> str:
        """Name the first bound that is broken; empty where all are kept.

        The time of a core without a table of cycles is unknown and bounds nothing; a predicted one
        is taken with a margin.
        """
        if sizes.ram_bytes > self.ram_bytes:
            return "ram"
        if sizes.knowledge_bytes > self.knowledge_bytes:
            return "knowledge"
        if sizes.flash_bytes > self.flash_bytes:
            return "flash"
        if sizes.cycles is not None and _MARGIN * sizes.cycles > self.cycles:
            return "time"
        return ""


def model_too_large(
    pipeline: Pipeline, shape: Shape, n_outputs: int, limits: Limits, costs: CostModel
) -> str:
    """Name the limit that model and count of features alone break; empty where they break none.

    Nothing is fitted. Memory, knowledge and time are lower bounds for as many features as the
    pipeline asks for; flash is what data that fill the model need, so one that few lines or easy
    classes leave small may be named though it would fit. Smaller settings then give the same.

    Parameters
    ----------
    shape : Shape
        Of the signals.
    n_outputs : int
        Of the model.
    """
    use, model = pipeline.model, models()[pipeline.model.name]
    config = use.settings
    pool = sum(chain_outputs(chain, shape) for chain in pipeline.chains())
    count = min(pool, pipeline.selection.settings.get("count", pool))
    knowledge = parameters = 0
    if isinstance(model, Learner):
        state = 4 * model.state(config, count)
        knowledge = -(-(_KNOWLEDGE_BYTES + state) // 8) * 8
        scratch = model.scratch(config, count)
        cycles = costs.learner_cycles(model, config, count, knowledge, stream=shape.is_sample)
    else:
        parameters = model.typical_bytes(config, count, n_outputs)
        scratch = model.scratch(config, count, n_outputs)
        cycles = costs.cycles(model, model.cost(config, {}, count, n_outputs))
    if 4 * (count + scratch) + knowledge > limits.ram_bytes:
        return "ram"
    if knowledge > limits.knowledge_bytes:
        return "knowledge"
    if _FILLED * parameters > limits.flash_bytes:
        return "flash"
    if costs.target.cycle_table is not None and cycles > limits.cycles:
        return "time"
    return ""
