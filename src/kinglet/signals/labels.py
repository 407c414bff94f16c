"""Signals and classes from arrays, for those who do not come with files."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kinglet.errors import InputError
from kinglet.signals.checks import check_class_name, check_line_count, check_shape
from kinglet.signals.read import Labelled
from kinglet.signals.signals import Signals


def label_signals(
    X: Signals | npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    axes: int | None = None,
    rate: float | None = None,
    group: npt.ArrayLike | None = None,
) -> Labelled:
    """Join signals with their classes.

    Parameters
    ----------
    X : Signals, or array-like of shape (n_signals, length, axes) or (n_signals, length * axes)
    y : array-like, shape (n_signals,)
        Class of each signal: names or numbers.
    axes : int, optional
        Needed for an array of two dimensions.
    rate : float, optional
        Sampling rate in Hz.
    group : array-like of int, shape (n_signals,), optional
        Recording that each signal comes from: signals of one recording are never split between
        training and test.

    Returns
    -------
    Labelled

    Raises
    ------
    InputError
        If shapes do not fit or there is one class only.
    """
    if isinstance(X, Signals):
        if axes is not None or rate is not None or group is not None:
            raise InputError("axes, rate and group are known to Signals: give them for arrays only")
        signals = X
    else:
        arguments: dict[str, Any] = {"rate": rate, "group": group, "axes": axes}
        signals = Signals.from_array(np.asarray(X), **arguments)
    names = [str(name) for name in np.asarray(y).ravel().tolist()]
    if len(names) != len(signals):
        raise InputError(
            f"there are {len(names)} classes for {len(signals)} signals: give one each"
        )
    classes = tuple(dict.fromkeys(names))
    if len(classes) < 2:
        raise InputError("a classification needs two classes: there is one only")
    check_shape("the signals", signals.length, signals.axes)
    for name in classes:
        check_class_name(name)
        check_line_count(f"class {name}", names.count(name), signals.axes)
    number = {name: index for index, name in enumerate(classes)}
    return Labelled(signals, np.array([number[name] for name in names], dtype=np.int32), classes)
