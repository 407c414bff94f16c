"""Moves from a structure to its neighbours, and from a configuration to its neighbours.

Every move takes a structure, another one to take parts of, the space and a generator, and gives a
structure; the same one where it cannot be made. What it gives may not fit the signals: ask
`Drawer.fits`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from kinglet.pipeline import Use
from kinglet.pipeline.spec import Chain
from kinglet.record import Parameter, Record, selectors, steps
from kinglet.search import blocks
from kinglet.search.space import Space
from kinglet.search.strategy.draw import SELECTORS, augmentations
from kinglet.search.strategy.structure import Structure

Move = Callable[[Structure, Structure, Space, np.random.Generator], Structure]
_MOST_HEADS = 2  # signal steps before one feature step, a spectrum not counted
_REACH = 0.15  # standard deviation of a neighbour, as a share of the parameter's range


def neighbour(parameter: Parameter, value: Any, rng: np.random.Generator) -> Any:
    """Another value near by: the next of numbers that may be chosen, any other of words."""
    if parameter.choices:
        others = [choice for choice in parameter.choices if choice != value]
        if not others or isinstance(value, str):
            return others[int(rng.integers(len(others)))] if others else value
        at = parameter.choices.index(value)
        near = [i for i in (at - 1, at + 1) if 0 <= i < len(parameter.choices)]
        return parameter.choices[near[int(rng.integers(len(near)))]]
    low, high, at_value = parameter.low, parameter.high, float(value)
    if parameter.scale == "log":
        low, high, at_value = np.log(low), np.log(high), np.log(at_value)
    moved = np.clip(at_value + rng.normal() * _REACH * (high - low), low, high)
    moved = float(np.exp(moved) if parameter.scale == "log" else moved)
    moved = min(max(moved, parameter.low), parameter.high)  # exp and log may round outwards
    if not isinstance(parameter.default, int):
        return moved
    if round(moved) != value:
        return round(moved)
    up = value < parameter.high and (value <= parameter.low or rng.random() < 0.5)
    return value + (1 if up else -1)


def active(record: Record, use: Use) -> list[Parameter]:
    """Parameters of a use that mean something in it."""
    settings = use.settings
    return [
        parameter
        for parameter in record.parameters
        if parameter.condition is None or settings[parameter.condition[0]] in parameter.condition[1]
    ]


def changed(record: Record, use: Use, names: list[str], rng: np.random.Generator) -> Use:
    """A use with some parameters moved to a neighbour; what means nothing then has its default."""
    settings = use.settings
    for parameter in record.parameters:
        if parameter.name in names:
            settings[parameter.name] = neighbour(parameter, settings[parameter.name], rng)
    for parameter in record.parameters:
        if parameter.condition is not None:
            name, values = parameter.condition
            if settings[name] not in values:
                settings[parameter.name] = parameter.default
    return Use.of(record, **settings)


def few(names: list[str], rng: np.random.Generator) -> list[str]:
    """One to three of some names."""
    count = min(len(names), int(rng.integers(1, 4)))
    return [str(name) for name in rng.choice(names, size=count, replace=False)] if names else []


def change_steps(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """One to three parameters of one branch."""
    at = int(rng.integers(len(structure.branches)))
    chain = list(structure.branches[at])
    places = [
        (index, parameter.name)
        for index, use in enumerate(chain)
        for parameter in active(steps()[use.name], use)
    ]
    chosen = few([str(place) for place in range(len(places))], rng)
    for index, use in enumerate(chain):
        names = [places[int(place)][1] for place in chosen if places[int(place)][0] == index]
        if names:
            chain[index] = changed(steps()[use.name], use, names, rng)
    return _with(structure, at, tuple(chain))


def change_selection(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """Another selector, or one of its parameters, or one of the scaling."""
    kinds = ["selector", *(["settings"] if structure.settings else [])]
    kinds += ["scale"] if structure.scale.config else []
    kind = str(rng.choice(kinds))
    if kind == "scale":
        record = steps()[structure.scale.name]
        names = few([parameter.name for parameter in record.parameters], rng)
        return replace(structure, scale=changed(record, structure.scale, names, rng))
    if kind == "settings":
        record = selectors()[structure.selector]
        use = Use.of(record, **dict(structure.settings))
        names = [name for name, _ in structure.settings]
        return _selected_by(structure, changed(record, use, few(names, rng), rng))
    names = [name for name in SELECTORS if name != structure.selector]
    record = selectors()[str(rng.choice(names))]
    known = {parameter.name for parameter in record.parameters}
    kept = {name: value for name, value in structure.settings if name in known}
    return _selected_by(structure, Use.of(record, **kept))


def insert_branch(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """One branch more: of a named pool, of the other structure, or drawn."""
    new = _branch(structure, other, space, rng)
    return replace(structure, branches=_unique((*structure.branches, new)))


def drop_branch(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """One branch less."""
    if len(structure.branches) < 2:
        return structure
    at = int(rng.integers(len(structure.branches)))
    kept = structure.branches[:at] + structure.branches[at + 1 :]
    return replace(structure, branches=kept)


def swap_branch(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """Another branch in the place of one."""
    at = int(rng.integers(len(structure.branches)))
    return _with(structure, at, _branch(structure, other, space, rng))


def insert_step(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """A signal step before one branch."""
    if space.shape.is_sample:
        return structure
    at = int(rng.integers(len(structure.branches)))
    head = blocks.draw_step(str(rng.choice(blocks.HEADS)), rng)
    chain = structure.branches[at]
    before = [use for use in chain[:-1] if use.name != "rfft"]
    if head in before or len(before) >= _MOST_HEADS:
        return structure
    return _with(structure, at, (head, *chain))


def drop_step(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """Without one of the signal steps of a branch; a spectrum that it needs stays."""
    return _replaced(structure, (), rng)


def swap_step(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """Another signal step in the place of one."""
    return _replaced(structure, (blocks.draw_step(str(rng.choice(blocks.HEADS)), rng),), rng)


def toggle_modulus(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """The lengths of the vectors beside their axes; without them where they were there."""
    plain = tuple(chain for chain in structure.branches if chain[0].name != "modulus")
    if len(plain) < len(structure.branches):
        return replace(structure, branches=plain) if plain else structure
    return replace(
        structure, branches=_unique(tuple(blocks.with_modulus(list(plain), space.shape)))
    )


def exchange(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """The branches of the other structure, selected from and scaled as in this one."""
    return replace(structure, branches=other.branches, prefix=other.prefix)


def widen(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """The branches of both."""
    if structure.prefix != other.prefix:
        return structure
    return replace(structure, branches=_unique(structure.branches + other.branches))


def change_augmentation(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Structure:
    """Another augmentation: one where there was none, and perhaps none where there was one."""
    kinds = [kind for kind in (None, *augmentations(space)) if kind != structure.augmentation]
    if not kinds:
        return structure
    return replace(structure, augmentation=kinds[int(rng.integers(len(kinds)))])


MOVES: tuple[Move, ...] = (
    change_steps,
    change_steps,
    change_selection,
    insert_branch,
    drop_branch,
    swap_branch,
    insert_step,
    drop_step,
    swap_step,
    toggle_modulus,
    exchange,
    widen,
    change_augmentation,
)


def _branch(
    structure: Structure, other: Structure, space: Space, rng: np.random.Generator
) -> Chain:
    source = int(rng.integers(3))
    if source == 0:
        names = blocks.feature_steps(space.task, space.shape)
        return blocks.draw_chain(str(rng.choice(names)), space.shape, rng)
    named = blocks.pools(space.task, space.shape)
    pool = other.branches if source == 1 or not named else named[int(rng.integers(len(named)))]
    return pool[int(rng.integers(len(pool)))]


def _heads(structure: Structure) -> list[tuple[int, int]]:
    """Branch and place of every signal step that may go."""
    return [
        (at, index)
        for at, chain in enumerate(structure.branches)
        for index, use in enumerate(chain[:-1])
        if use.name != "rfft"
    ]


def _replaced(structure: Structure, heads: Chain, rng: np.random.Generator) -> Structure:
    """With other signal steps, or none, in the place of one of a branch."""
    places = _heads(structure)
    if not places:
        return structure
    at, index = places[int(rng.integers(len(places)))]
    chain = structure.branches[at]
    return _with(structure, at, (*chain[:index], *heads, *chain[index + 1 :]))


def _with(structure: Structure, at: int, chain: Chain) -> Structure:
    branches = (*structure.branches[:at], chain, *structure.branches[at + 1 :])
    return replace(structure, branches=_unique(branches))


def _unique(branches: tuple[Chain, ...]) -> tuple[Chain, ...]:
    return tuple(dict.fromkeys(branches))


def _selected_by(structure: Structure, use: Use) -> Structure:
    settings = tuple((name, value) for name, value in use.config if name != "count")
    return replace(structure, selector=use.name, settings=settings)
