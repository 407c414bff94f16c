"""Convolution and pooling along one dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kinglet.convert.onnx import int8
from kinglet.convert.onnx.chain import Chain
from kinglet.convert.onnx.model import MOST_VALUES, MOST_WEIGHTS, Operator
from kinglet.convert.onnx.shapes import Handler, signal
from kinglet.convert.onnx.values import Constant, Value, View


def geometry(length: int, channels: int, out_length: int) -> dict[str, Any]:
    """Settings of a convolution with one tap."""
    return {
        "length": length, "channels": channels, "out_length": out_length, "stride": 1,
        "dilation": 1, "before": 0, "groups": 1,
    }  # fmt: skip


@dataclass(frozen=True)
class Slide:
    """How a window moves along one dimension."""

    kernel: int
    stride: int
    dilation: int
    before: int
    after: int

    @property
    def reach(self) -> int:
        """Samples from the first to the last of a window."""
        return (self.kernel - 1) * self.dilation + 1

    def out_length(self, op: Operator, length: int) -> int:
        """Windows that fit."""
        free = length + self.before + self.after - self.reach
        if free < 0:
            raise op.refuse(f"its window of {self.reach} is longer than the signal")
        if op.get("ceil_mode"):
            windows = -(-free // self.stride) + 1
            return windows - ((windows - 1) * self.stride >= length + self.before)
        return free // self.stride + 1


def _slides(op: Operator, kernel: Sequence[int], sizes: Sequence[int]) -> list[Slide]:
    """The window in each dimension; ONNX operators, Conv, about pads and auto_pad."""
    count = len(kernel)
    strides = op.get("strides") or [1] * count
    dilations = op.get("dilations") or [1] * count
    pads = op.get("pads") or [0] * (2 * count)
    if not len(strides) == len(dilations) == len(pads) // 2 == len(sizes) == count:
        raise op.refuse("its attributes are of different dimensions")
    slides = [
        Slide(*(int(each) for each in (k, s, d, before, after)))
        for k, s, d, before, after in zip(
            kernel, strides, dilations, pads[:count], pads[count:], strict=True
        )
    ]
    if any(min(s.kernel, s.stride, s.dilation, s.before + 1, s.after + 1) < 1 for s in slides):
        raise op.refuse("kernel, strides and dilations are 1 or more, and pads 0 or more")
    if any(max(s.reach, s.before, s.after) > MOST_VALUES for s in slides):
        raise op.refuse("its window is too large")
    auto = op.get("auto_pad", "NOTSET")
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        for place, (slide, size) in enumerate(zip(slides, sizes, strict=True)):
            windows = -(-size // slide.stride)
            missing = max(0, (windows - 1) * slide.stride + slide.reach - size)
            less = missing // 2
            before = less if auto == "SAME_UPPER" else missing - less
            slides[place] = replace(slide, before=before, after=missing - before)
    elif auto == "VALID":
        slides = [replace(slide, before=0, after=0) for slide in slides]
    return slides


def _time_axis(slides: Sequence[Slide], sizes: Sequence[int], whole: bool) -> int | None:
    """The dimension along which the window moves; None if it moves along several.

    In the others it stands still: it covers all (where ``whole``), or one after the other.
    """

    def stands(slide: Slide, size: int) -> bool:
        padded = slide.before or slide.after
        one = slide.kernel == 1 and slide.stride == 1
        return not padded and (one or (whole and slide.kernel == size and slide.dilation == 1))

    axes = range(len(sizes))
    possible = [
        axis
        for axis in axes
        if all(stands(slides[other], sizes[other]) for other in axes if other != axis)
    ]
    return max(possible, key=lambda axis: (slides[axis].kernel, sizes[axis]), default=None)


def _conv(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view, weights = values[0], values[1]
    if not isinstance(view, View) or not isinstance(weights, Constant):
        raise op.refuse("the signal and constant weights can be")
    bias = np.zeros(len(weights.array))
    if len(values) > 2 and values[2] is not None:
        if not isinstance(values[2], Constant):
            raise op.refuse("its bias depends on the signal")
        bias = bias + values[2].array.astype(np.float64)
    return convolution(op, view, weights, bias, chain)


def convolution(
    op: Operator, view: View, weights: Constant, bias: np.ndarray, chain: Chain
) -> View:
    """Emit the convolution of a view of shape (1, channels, time) or with one dimension more."""
    if view.index.ndim not in (3, 4):
        raise op.refuse(f"it has {view.index.ndim - 2} dimensions; convolutions along time can be")
    if view.index.ndim == 3:
        view = view.map(lambda a: a[..., None])
        weights = weights.map(lambda a: a[..., None])
        dimensions = 1
    else:
        dimensions = 2
    sizes = view.index.shape[2:]
    kernel = weights.array.shape[2:]
    slides = [*_slides(op, kernel[:dimensions], sizes[:dimensions]), Slide(1, 1, 1, 0, 0)][:2]
    axis = _time_axis(slides, sizes, whole=True)
    if axis is None:
        raise op.refuse("it moves along two dimensions; convolutions along one can be")
    if axis == 1:
        view = view.map(lambda a: a.swapaxes(2, 3))
        weights = weights.map(lambda a: a.swapaxes(2, 3))
    slide, width, height = slides[axis], slides[1 - axis].kernel, sizes[1 - axis]
    # (1, channels, time, height) -> (time, height, channels)
    ordered, before, after = _unpadded(view.map(lambda a: a[0].transpose(1, 2, 0)))
    slide = replace(slide, before=slide.before + before, after=slide.after + after)
    length = len(ordered.index)
    out_length = slide.out_length(op, length)
    groups, filters = max(1, op.get("group", 1)), len(weights.array)
    if filters * out_length * height > MOST_VALUES or weights.array.size * height > MOST_WEIGHTS:
        raise op.refuse("it is too large")
    # A filter sees all of the height, or each of it is a group with the same filters.
    if height > 1 and width == height and groups > 1:
        raise op.refuse("it has groups and covers a whole dimension")
    rows = 1 if width == height else height
    flat = weights.map(lambda a: np.tile(_by_tap(a), (rows, 1, 1)))
    settings = {
        "length": length, "channels": height * view.index.shape[1], "out_length": out_length,
        "stride": slide.stride, "dilation": slide.dilation, "before": slide.before,
        "groups": rows * groups,
    }  # fmt: skip
    if rows * groups * flat.array.shape[2] != settings["channels"] or filters % groups:
        raise op.refuse("its weights are for another number of channels or groups")
    size = out_length * rows * filters
    if int8.fits(chain, ordered, flat):
        assert flat.steps is not None and flat.scale is not None and ordered.grid is not None
        chain.current(op, ordered)
        scale = flat.scale[:, 0, 0]
        both = (flat.steps, scale, np.tile(bias, rows), ordered.grid)
        int8.convolution(op, chain, settings, *both, size)
    else:
        chain.widened(op, weights)
        chain.settled(op, ordered)
        arrays = {"weights": flat.array.astype(np.float64), "bias": np.tile(bias, rows)}
        chain.emit(op, "conv1d", settings, arrays, size)
    return _spatial(chain.whole(out_length, rows, filters), axis, dimensions)


def _unpadded(view: View) -> tuple[View, int, int]:
    """The view without the zeros at its begin and end, and how many those are."""
    if view.gain is None or view.shift is None:
        return view, 0, 0
    samples = len(view.index)
    given = np.flatnonzero(((view.gain != 0) | (view.shift != 0)).reshape(samples, -1).any(axis=1))
    if not len(given):
        return view, 0, 0
    first, last = int(given[0]), int(given[-1]) + 1
    kept = view.map(lambda a: a[first:last])
    if np.all(kept.gain == 1) and np.all(kept.shift == 0):
        kept = replace(kept, gain=None, shift=None)
    return kept, first, samples - last


def _by_tap(weights: np.ndarray) -> np.ndarray:
    """(filters, channels, kernel, width) -> (filters, kernel, width * channels)."""
    return weights.transpose(0, 2, 3, 1).reshape(len(weights), weights.shape[2], -1)


def _spatial(view: View, axis: int, dimensions: int) -> View:
    """(time, height, channels) -> (1, channels, time[, height]), as the graph has it."""
    view = view.map(lambda a: a.transpose(2, 0, 1)[None])
    if axis == 1:
        view = view.map(lambda a: a.swapaxes(2, 3))
    return view if dimensions == 2 else view.map(lambda a: a[..., 0])


def _pool(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """MaxPool and AveragePool."""
    view = values[0]
    if not isinstance(view, View) or view.index.ndim not in (3, 4):
        raise op.refuse("pooling along time can be")
    dimensions = view.index.ndim - 2
    if dimensions == 1:
        view = view.map(lambda a: a[..., None])
    sizes = view.index.shape[2:]
    slides = [*_slides(op, op.get("kernel_shape"), sizes[:dimensions]), Slide(1, 1, 1, 0, 0)][:2]
    axis = _time_axis(slides, sizes, whole=False)
    if axis is None or slides[axis].dilation != 1:
        raise op.refuse("it moves along two dimensions or is dilated; pooling along one can be")
    if axis == 1:
        view = view.map(lambda a: a.swapaxes(2, 3))
    slide = slides[axis]
    out_length = slide.out_length(op, sizes[axis])
    overhang = (out_length - 1) * slide.stride + slide.kernel - sizes[axis] - slide.before
    if max(slide.before, overhang) >= slide.kernel:
        raise op.refuse("it has windows of padding alone")
    kind = "max" if op.kind == "MaxPool" else "mean"
    if kind == "mean" and op.get("count_include_pad") and (slide.before or overhang > 0):
        if overhang > slide.after:
            raise op.refuse("count_include_pad and ceil_mode together")
        kind = "padded_mean"
    ordered = view.map(lambda a: a[0].transpose(1, 2, 0))
    pooled = _emit_pool(op, ordered, chain, kind, slide, out_length)
    return _spatial(pooled, axis, dimensions)


def _emit_pool(
    op: Operator, view: View, chain: Chain, kind: str, slide: Slide, out_length: int
) -> View:
    """Pool a view of shape (time, height, channels) along time."""
    length, height, channels = view.index.shape
    settings = {
        "length": length, "channels": height * channels, "out_length": out_length,
        "kernel": slide.kernel, "stride": slide.stride, "before": slide.before, "kind": kind,
    }  # fmt: skip
    size = out_length * height * channels
    grid = view.grid
    as_int8 = grid is not None and view.gain is None and chain.in_order(view.index)
    if grid is not None and as_int8 and kind != "padded_mean":
        chain.current(op, view)
        settings |= {"zero": grid.zero, "scale": grid.scale}
        chain.emit(op, "pool1d_int8", settings, size=size)
        kept = grid if kind == "max" else None
        return chain.whole(out_length, height, channels, grid=kept)
    chain.settled(op, view)
    chain.emit(op, "pool1d", settings, size=size)
    return chain.whole(out_length, height, channels)


def _global_pool(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    view = signal(op, values[0])
    return _over_all(op, view, chain, "max" if "Max" in op.kind else "mean")


def _over_all(op: Operator, view: View, chain: Chain, kind: str) -> View:
    """Pool a view of shape (1, channels, ...) over everything but the channels."""
    channels, ones = view.index.shape[1], [1] * (view.index.ndim - 2)
    ordered = view.map(lambda a: a.reshape(channels, -1).T[:, None, :])
    slide = Slide(len(ordered.index), 1, 1, 0, 0)
    pooled = _emit_pool(op, ordered, chain, kind, slide, 1)
    return pooled.map(lambda a: a.reshape(1, channels, *ones))


def _reduce(op: Operator, values: Sequence[Value], chain: Chain) -> Value:
    """ReduceMean and ReduceMax over time: what Keras makes of global pooling."""
    view = values[0]
    axes = op.get("axes")
    if axes is None and len(values) > 1 and isinstance(values[1], Constant):
        axes = values[1].array.ravel().tolist()
    if not isinstance(view, View) or not axes or view.index.ndim < 3:
        raise op.refuse("over named dimensions other than the first can be")
    rank = view.index.ndim
    over = sorted(axis % rank for axis in axes)
    kept = [axis for axis in range(1, rank) if axis not in over]
    if over[0] == 0 or len(kept) != 1:
        raise op.refuse("over all dimensions but one can be")
    first = view.map(lambda a: np.moveaxis(a, kept[0], 1))
    pooled = _over_all(op, first, chain, "max" if "Max" in op.kind else "mean")
    shape = [1 if axis != kept[0] else -1 for axis in range(rank) if axis not in over]
    if op.get("keepdims", 1):
        shape = [1 if axis != kept[0] else -1 for axis in range(rank)]
    return pooled.map(lambda a: a.reshape(shape))


OPERATORS: dict[str, Handler] = {
    "Conv": _conv,
    "MaxPool": _pool,
    "AveragePool": _pool,
    "GlobalMaxPool": _global_pool,
    "GlobalAveragePool": _global_pool,
    "ReduceMean": _reduce,
    "ReduceMax": _reduce,
}
