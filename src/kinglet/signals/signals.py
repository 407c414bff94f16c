"""The value that every other room passes on: a set of signals and where each came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError

VALUE_LIMIT = 1e12
"""Magnitude that a library refuses (NEAI_INVALID_PARAM): compared as float32, as on the device."""


def find_invalid(values: npt.NDArray[np.float32]) -> tuple[int, ...] | None:
    """Find the first value that a library would refuse.

    Parameters
    ----------
    values : ndarray of float32
        Any shape.

    Returns
    -------
    tuple of int or None
        Index of the first value, in C order, that is not finite or whose magnitude is
        `VALUE_LIMIT` or more; None where every value is good.
    """
    limit = np.float32(VALUE_LIMIT)
    # NaN makes both comparisons false; the common case needs no array of the size of `values`.
    if not values.size or (values.max() < limit and values.min() > -limit):
        return None
    bad = ~(np.abs(values) < limit)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), values.shape))


def clip_to_limit(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Bound finite values of any shape to those that a library takes."""
    largest = np.nextafter(np.float32(VALUE_LIMIT), np.float32(0))
    return np.clip(values, -largest, largest).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Signals:
    """A set of signals of one shape.

    Attributes
    ----------
    values : ndarray of float32, shape (n_signals, length, axes)
        The samples, C-contiguous: axes interleaved sample by sample, as on the device.
    rate : float or None
        Sampling rate in Hz; None where it is not known.
    group : ndarray of int32, shape (n_signals,)
        Recording that each signal belongs to.
    line : ndarray of int32, shape (n_signals,)
        Line of each signal in its file, from 1.
    file : ndarray of int32, shape (n_signals,)
        Index into `files`.
    files : tuple of str
        File names as given.
    target : ndarray of float32, shape (n_signals,), or None
        Value to be predicted (extrapolation).
    warnings : tuple of str
        What the checks found that does not forbid to go on, one sentence each.

    Raises
    ------
    InputError
        If shapes disagree or the rate is not a positive number.
    """

    values: npt.NDArray[np.float32]
    rate: float | None
    group: npt.NDArray[np.int32]
    line: npt.NDArray[np.int32]
    file: npt.NDArray[np.int32]
    files: tuple[str, ...]
    target: npt.NDArray[np.float32] | None = None
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Bring the arrays to their types and check that they belong together."""
        kinds = {"values": np.float32, "group": np.int32, "line": np.int32, "file": np.int32}
        if self.target is not None:
            kinds["target"] = np.float32
        for name, kind in kinds.items():
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), dtype=kind))
        if self.values.ndim != 3:
            raise InputError(
                f"Signals have shape (n_signals, length, axes), not {self.values.shape}; "
                "give an array of three dimensions."
            )
        for name in kinds:
            array = getattr(self, name)
            if name != "values" and array.shape != (self.n_signals,):
                raise InputError(
                    f"'{name}' has shape {array.shape} for {self.n_signals} signals; "
                    "give one entry for each signal."
                )
        if self.rate is not None and not (np.isfinite(self.rate) and self.rate > 0):
            raise InputError(
                f"The sampling rate is {self.rate} Hz; give a positive number, "
                "or none where it is not known."
            )

    @property
    def n_signals(self) -> int:
        """Number of signals."""
        return int(self.values.shape[0])

    @property
    def length(self) -> int:
        """Samples per axis of each signal."""
        return int(self.values.shape[1])

    @property
    def axes(self) -> int:
        """Number of axes."""
        return int(self.values.shape[2])

    def __len__(self) -> int:
        return self.n_signals

    def take(self, indices: Any) -> Signals:
        """Select signals; groups, lines and files stay what they were.

        Parameters
        ----------
        indices : int, slice or array-like of int or bool
            What NumPy takes as an index of one axis.

        Returns
        -------
        Signals
            A copy of the selected signals, in the order of `indices`.
        """
        rows = np.atleast_1d(np.arange(self.n_signals)[indices])
        return replace(
            self,
            values=self.values[rows],
            group=self.group[rows],
            line=self.line[rows],
            file=self.file[rows],
            target=None if self.target is None else self.target[rows],
        )

    @staticmethod
    def concatenate(parts: Sequence[Signals]) -> Signals:
        """Join sets of signals one after the other.

        Parameters
        ----------
        parts : sequence of Signals
            At least one; all with the same length, axes and rate, all or none with a target.

        Returns
        -------
        Signals
            Groups are numbered from 0 anew: recordings of different parts stay different.

        Raises
        ------
        InputError
            If there is nothing to join or the parts disagree.
        """
        if not parts:
            raise InputError("There are no signals to join; give at least one set.")
        first = parts[0]
        for part in parts[1:]:
            for what in ("length", "axes", "rate"):
                here, there = getattr(part, what), getattr(first, what)
                if here != there:
                    raise InputError(
                        f"{', '.join(part.files)}: {what} is {here}, but {there} in "
                        f"{', '.join(first.files)}; all signals of a project need the same."
                    )
            if (part.target is None) != (first.target is None):
                raise InputError(
                    f"{', '.join(part.files)} and {', '.join(first.files)}: only one of them has "
                    "target values; give both or none with a target."
                )
        groups, files, n_groups, n_files = [], [], 0, 0
        for part in parts:
            names, numbers = np.unique(part.group, return_inverse=True)
            groups.append(numbers + n_groups)
            files.append(part.file + n_files)
            n_groups += len(names)
            n_files += len(part.files)
        targets = [part.target for part in parts if part.target is not None]
        return Signals(
            values=np.concatenate([p.values for p in parts]) if parts[1:] else first.values,
            rate=first.rate,
            group=np.concatenate(groups),
            line=np.concatenate([part.line for part in parts]),
            file=np.concatenate(files),
            files=tuple(name for part in parts for name in part.files),
            target=np.concatenate(targets) if targets else None,
            warnings=tuple(dict.fromkeys(text for part in parts for text in part.warnings)),
        )

    @staticmethod
    def from_array(
        values: npt.ArrayLike,
        rate: float | None = None,
        group: npt.ArrayLike | None = None,
        axes: int | None = None,
    ) -> Signals:
        """Make a set of signals from an array.

        Parameters
        ----------
        values : array-like, shape (n, length, axes) or (n, length * axes)
            Copied. The flat form holds the axes interleaved sample by sample and needs `axes`.
        rate : float, optional
            Sampling rate in Hz.
        group : array-like of int, shape (n,), optional
            Recording of each signal; all of one recording if not given.
        axes : int, optional
            Number of axes; needed for the flat form, checked for the other.

        Returns
        -------
        Signals
            Its lines are numbered from 1 and its file name is ``"array"``.

        Raises
        ------
        InputError
            If the shape does not fit, or a value is not finite or is 1e12 or more in magnitude.
        """
        with np.errstate(over="ignore"):  # a double beyond float32 is found below as infinite
            array = np.array(values, dtype=np.float32)
        if array.ndim == 2 and axes and axes > 0 and array.shape[1] % axes == 0:
            array = array.reshape(len(array), -1, axes)
        if array.ndim != 3 or axes not in (None, array.shape[2]):
            raise InputError(
                f"The array has shape {array.shape} for axes={axes}; give (n, length, axes), "
                "or (n, length * axes) together with axes."
            )
        bad = find_invalid(array)
        if bad is not None:
            signal, sample, axis = bad
            raise InputError(
                f"The array holds {array[bad]} at signal {signal}, sample {sample}, axis {axis} "
                "(from 0); every value must be finite and below 1e12 in magnitude."
            )
        n = len(array)
        return Signals(
            values=array,
            rate=rate,
            group=np.zeros(n, np.int32) if group is None else np.asarray(group, np.int32),
            line=np.arange(1, n + 1, dtype=np.int32),
            file=np.zeros(n, np.int32),
            files=("array",),
        )
