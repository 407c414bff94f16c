"""Graphs in ONNX become chains of layers."""

from kinglet.convert.onnx.reader import load, read

__all__ = ["load", "read"]
