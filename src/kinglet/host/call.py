"""One step or model over a batch of signals: the C that ships, called from NumPy."""

from __future__ import annotations

import ctypes

import numpy as np

from kinglet.ccode import block_struct
from kinglet.host.compiled import library
from kinglet.record import Config, Fitted, Model, Shape, Step

# Guards behind the scratch memory: written over, they betray a step that asked for too little.
_GUARD = 8
_MARK = np.float32(-1.2345678e30)


class _CShape(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint16) for name in ("length", "axes", "sample_step", "axis_step")]


def pointer(array: np.ndarray) -> ctypes.c_void_p:
    """Address of the first element."""
    return ctypes.c_void_p(array.ctypes.data)


def make_scratch(floats: int) -> np.ndarray:
    """Zeroed memory with guards behind it."""
    scratch = np.zeros(floats + _GUARD, dtype=np.float32)
    scratch[floats:] = _MARK
    return scratch


def check_guard(scratch: np.ndarray, name: str) -> None:
    """Raise AssertionError where the guards were written over."""
    if not (scratch[-_GUARD:] == _MARK).all():
        raise AssertionError(f"{name} wrote beyond the memory that its record declares")


def run_step(
    step: Step,
    config: Config,
    shape: Shape,
    fitted: Fitted,
    values: np.ndarray,
    *,
    wanted: np.ndarray | None = None,
    planar: bool = False,
) -> np.ndarray:
    """Run the C of one step over a batch; for a step with memory the batch is one stream, in order.

    Parameters
    ----------
    shape : Shape
        Length and axes of one signal.
    values : ndarray of float32, shape (n, length * axes)
        Interleaved signals (axis fastest), or axis after axis where ``planar``.
    wanted : ndarray of int, optional
        Outputs to compute, ascending; all by default.

    Returns
    -------
    ndarray of float32
        Shape (n, n_wanted * output length), axis after axis, for a signal step; (n, n_wanted) for
        features; (n, length) for a vector step.
    """
    values = np.ascontiguousarray(values, dtype=np.float32).reshape(len(values), -1)
    total = step.outputs(config, shape)
    chosen = np.arange(total) if wanted is None else np.asarray(wanted)
    chosen = np.ascontiguousarray(chosen, dtype=np.uint16)
    each = step.output(config, shape).length if step.kind == "signal" else 1
    out = np.empty((len(values), len(chosen) * each), dtype=np.float32)
    with_memory = step.memory == "history"
    scratch = make_scratch((step.history if with_memory else step.scratch)(config, shape))
    block, kept = block_struct(step, step.block(config, shape, fitted))
    layout = (
        _CShape(shape.length, shape.axes, 1, shape.length)
        if planar
        else _CShape(shape.length, shape.axes, shape.axes, 1)
    )
    library()[f"batch_{step.name}"](
        ctypes.byref(block),
        ctypes.byref(layout),
        pointer(values),
        ctypes.c_uint32(values.shape[1]),
        pointer(chosen),
        ctypes.c_uint32(len(chosen)),
        pointer(out),
        ctypes.c_uint32(out.shape[1]),
        pointer(scratch),
        ctypes.c_uint32(len(values)),
    )
    del kept
    check_guard(scratch, step.name)
    return out


def predict(
    model: Model, config: Config, fitted: Fitted, x: np.ndarray, n_outputs: int
) -> np.ndarray:
    """Run the C of one model over a batch of scaled features.

    Parameters
    ----------
    x : ndarray of float32, shape (n, n_features)

    Returns
    -------
    ndarray of float32, shape (n, n_outputs)
    """
    x = np.ascontiguousarray(x, dtype=np.float32)
    out = np.empty((len(x), n_outputs), dtype=np.float32)
    scratch = make_scratch(model.scratch(config, x.shape[1], n_outputs))
    block, kept = block_struct(model, model.block(config, fitted))
    library()[f"batch_{model.name}"](
        ctypes.byref(block),
        pointer(x),
        ctypes.c_uint32(x.shape[1]),
        pointer(out),
        ctypes.c_uint32(n_outputs),
        pointer(scratch),
        ctypes.c_uint32(len(x)),
    )
    del kept
    check_guard(scratch, model.name)
    return out
