"""From selected features back to what must be computed: nodes, wanted outputs, memory.

The plan is what host and device run: a tree of steps under the input (branches that begin alike
share their beginning), each computing only the outputs that somebody after it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kinglet.ccode import Constants
from kinglet.pipeline.fitted import FittedPipeline
from kinglet.pipeline.memory import Arena
from kinglet.pipeline.spec import Chain, shapes
from kinglet.record import Learner, Model, Shape, Step, models, steps


@dataclass(frozen=True)
class Node:
    """One call of a step in the order of the plan.

    Parameters
    ----------
    step : Step
    config, fitted : mapping
        Rewritten for the input axes that are there.
    shape : Shape
        Of the input.
    wanted : ndarray of int
        Outputs that are computed.
    source : int
        Index of the node whose output is the input; -1 for the caller's buffer.
    offset : int
        Where the output begins in the arena, in floats.
    scratch_offset : int
        Where the scratch memory begins in the arena, in floats; of a step with memory, where its
        history begins among all histories.
    """

    step: Step
    config: Mapping[str, Any]
    fitted: Mapping[str, np.ndarray]
    shape: Shape
    wanted: np.ndarray
    source: int
    offset: int
    scratch_offset: int

    @property
    def planar(self) -> bool:
        """Whether the input lies axis after axis."""
        return self.source >= 0

    def block(self) -> dict[str, Any]:
        """Parameter block."""
        return self.step.block(self.config, self.shape, self.fitted)

    def operations(self) -> float:
        """Operations of the call."""
        return self.step.cost(self.config, self.shape).total(self.wanted)


@dataclass(frozen=True)
class Plan:
    """Everything that one inference runs, with its memory.

    Parameters
    ----------
    nodes : tuple of Node
        In the order of execution; features are written into the joined vector at the arena's start.
    scale : Step
    scale_config, scale_fit, model_config, model_fit : mapping
    model : Model
    n_features, n_outputs : int
    arena : int
        Floats of memory shared by all.
    model_scratch_offset : int
    stream : bool
        Whether signals are single samples of a stream.
    state, history : int
        Floats that outlive a call: what a model that learns on the device remembers, and what the
        steps with memory do.
    """

    nodes: tuple[Node, ...]
    scale: Step
    scale_config: Mapping[str, Any]
    scale_fit: Mapping[str, np.ndarray]
    model: Model | Learner
    model_config: Mapping[str, Any]
    model_fit: Mapping[str, np.ndarray]
    n_features: int
    n_outputs: int
    arena: int
    model_scratch_offset: int
    stream: bool = False
    state: int = 0
    history: int = 0

    @property
    def knowledge_bytes(self) -> int:
        """Bytes of ``neai_knowledge``, a multiple of 8; 0 where nothing is learned on the device.

        They are a head of 80 bytes, the state, the history and a CRC.
        """
        if not isinstance(self.model, Learner):
            return 0
        return -(-(80 + 4 * (self.state + self.history) + 4) // 8) * 8

    def parameter_bytes(self) -> int:
        """Bytes of flash of all parameter blocks, tables, shapes and wanted lists."""
        constants = Constants()
        for node in self.nodes:
            constants.wanted(node.wanted)
            constants.shape(*node.shape, planar=node.planar)
            constants.block(node.step, node.block())
        constants.shape(self.n_features, 1, planar=False)
        constants.block(self.scale, self.scale_block())
        constants.block(self.model, self.model_block())
        return constants.size_bytes

    def model_block(self) -> dict[str, Any]:
        """Parameter block of the model."""
        return self.model.block(self.model_config, self.model_fit)

    def scale_block(self) -> dict[str, Any]:
        """Parameter block of the scaling."""
        return self.scale.block(self.scale_config, Shape(self.n_features, 1), self.scale_fit)


def make_plan(fitted: FittedPipeline) -> Plan:
    """Work out what must run for the selected features.

    Parameters
    ----------
    fitted : FittedPipeline
    """
    tree = _wanted_of_heads(fitted)
    order = _depth_first(tree)
    n_features = len(fitted.selected)
    last_use = {chain[:-1]: index for index, chain in enumerate(order)}

    arena = Arena(n_features)
    joined, history = 0, 0
    nodes: list[Node] = []
    for index, chain in enumerate(order):
        use, parent = chain[-1], chain[:-1]
        step = steps()[use.name]
        full = _input_shape(chain, fitted.shape)
        config, fit, wanted = (
            dict(use.settings),
            dict(fitted.chain_fits.get(chain, {})),
            tree[chain],
        )
        # Narrowed even where all axes are there: tables shrink to what is wanted.
        kept = tree[parent] if parent else np.arange(full.axes)
        shape = Shape(full.length, len(kept))
        config, fit, wanted = step.narrow(config, full, fit, wanted, kept)
        if step.kind == "signal":
            length = step.output(config, shape).length
            offset = arena.take(chain, length * len(wanted))
        else:
            offset, joined = joined, joined + len(wanted)
        if step.memory == "history":
            scratch, history = history, history + step.history(config, shape)
        else:
            scratch = arena.take("scratch", step.scratch(config, shape))
            arena.free("scratch")
        nodes.append(
            Node(
                step=step,
                config=config,
                fitted=fit,
                shape=shape,
                wanted=np.asarray(wanted),
                source=order.index(parent) if parent else -1,
                offset=offset,
                scratch_offset=scratch,
            )
        )
        if parent and last_use[parent] == index:
            arena.free(parent)

    model_use = fitted.pipeline.model
    model = models()[model_use.name]
    n_outputs, state = fitted.n_outputs, 0
    if isinstance(model, Learner):
        state = model.state(model_use.settings, n_features)
        needs = model.scratch(model_use.settings, n_features)
    else:
        needs = model.scratch(model_use.settings, n_features, n_outputs)
    scratch = arena.take("scratch", needs)
    return Plan(
        nodes=tuple(nodes),
        scale=steps()[fitted.pipeline.scale.name],
        scale_config=fitted.pipeline.scale.settings,
        scale_fit=fitted.scale_fit,
        model=model,
        model_config=model_use.settings,
        model_fit=fitted.model_fit,
        n_features=n_features,
        n_outputs=n_outputs,
        arena=arena.size,
        model_scratch_offset=scratch,
        stream=fitted.shape.is_sample,
        state=state,
        history=history,
    )


def _input_shape(chain: Chain, shape: Shape) -> Shape:
    result = shapes(chain, shape)
    if result is None:
        raise ValueError(f"{chain[-1].name} does not take signals of shape {tuple(shape)}")
    return result[-2]


def _wanted_of_heads(fitted: FittedPipeline) -> dict[Chain, np.ndarray]:
    """Wanted outputs of every step, features and the signal steps before them."""
    tree: dict[Chain, np.ndarray] = {}
    for leaf, features in fitted.kept():
        tree[leaf] = features
        chain = leaf
        while len(chain) > 1:
            step = steps()[chain[-1].name]
            needs = step.needs(
                chain[-1].settings,
                _input_shape(chain, fitted.shape),
                fitted.chain_fits.get(chain, {}),
            )
            axes = np.flatnonzero(needs[tree[chain]].any(axis=0))
            chain = chain[:-1]
            tree[chain] = np.union1d(tree.get(chain, axes), axes)
    return tree


def _depth_first(tree: dict[Chain, np.ndarray]) -> list[Chain]:
    """Parents before children, features in the order of the branches, few buffers alive."""
    leaves = [chain for chain in tree if steps()[chain[-1].name].kind != "signal"]
    order: list[Chain] = []
    for leaf in leaves:
        for end in range(1, len(leaf) + 1):
            if leaf[:end] not in order:
                order.append(leaf[:end])
    return order
