"""Small graphs of ONNX, what ONNX Runtime says of them, and their quantised forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from kinglet.record import Shape

OPSET = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 3)]


def weights(*shape: int, seed: int = 0) -> np.ndarray:
    """Random numbers of such a size that sums stay of the size of what is summed."""
    fan = max(1, int(np.prod(shape[1:])))
    rng = np.random.default_rng([seed, *shape])
    return (rng.normal(size=shape) / np.sqrt(fan)).astype(np.float32)


class Net:
    """A chain of operators that grows.

    Parameters
    ----------
    *sizes : int or str
        Of the input, without the batch; a word is an open one.
    """

    def __init__(self, *sizes: int | str, batch: int | str = "batch") -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.tensor = "signal"
        self.sizes = (batch, *sizes)

    def constant(self, array: Any) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def op(
        self, kind: str, *after: Any, before: tuple[Any, ...] = (), outputs: int = 1,
        domain: str = "", **attributes: Any,
    ) -> Net:  # fmt: skip
        """One operator, whose constants stand before or after what is computed."""
        name = f"tensor_{len(self.nodes)}"
        inputs = [*map(self.constant, before), self.tensor]
        inputs += [each if isinstance(each, str) else self.constant(each) for each in after]
        names = [name, *(f"{name}_{index}" for index in range(1, outputs))]
        node = helper.make_node(
            kind, inputs, names, name=f"{kind}_{len(self.nodes)}", domain=domain
        )
        for key, value in attributes.items():
            if value is not None:
                node.attribute.append(helper.make_attribute(key, value))
        self.nodes.append(node)
        self.tensor = names[-1]
        return self

    def conv(self, filters: int, channels: int, *kernel: int, **attributes: Any) -> Net:
        share = channels // attributes.get("group", 1)
        w = weights(filters, share, *kernel, seed=len(self.nodes))
        return self.op("Conv", w, weights(filters, seed=1), kernel_shape=kernel, **attributes)

    def dense(self, outputs: int, inputs: int) -> Net:
        w = weights(outputs, inputs, seed=len(self.nodes))
        return self.op("Gemm", w, weights(outputs, seed=1), transB=1)

    def head(self, inputs: int, outputs: int = 1) -> Net:
        """Line up all values and weigh them."""
        return self.op("Flatten").dense(outputs, inputs)

    def model(self, *results: str) -> onnx.ModelProto:
        """The finished model."""
        graph = helper.make_graph(
            self.nodes,
            "net",
            [helper.make_tensor_value_info("signal", TensorProto.FLOAT, self.sizes)],
            [
                helper.make_tensor_value_info(n, TensorProto.FLOAT, ("batch", "count"))
                for n in results or (self.tensor,)
            ],
            self.constants,
        )
        return helper.make_model(
            graph, opset_imports=OPSET, ir_version=10, producer_name="test", producer_version="1"
        )


def shaped(model: onnx.ModelProto) -> onnx.ModelProto:
    return onnx.shape_inference.infer_shapes(model)


def runtime(model: onnx.ModelProto, x: np.ndarray, *, optimised: bool = False) -> list[Any]:
    """Outputs of ONNX Runtime, one signal after the other, as its graph stands."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    said = [session.run(None, {name: line[None]}) for line in x]
    return [
        np.concatenate(each) if isinstance(each[0], np.ndarray) else each
        for each in zip(*said, strict=True)
    ]


def quantised(
    model: onnx.ModelProto, x: np.ndarray, folder: Path, *, form: str = "QDQ", **options: Any
) -> onnx.ModelProto:
    """The model as the quantisation of ONNX Runtime leaves it."""
    from onnxruntime import quantization

    class Signals(quantization.CalibrationDataReader):
        def __init__(self) -> None:
            self.lines = iter(x)

        def get_next(self) -> Any:
            line = next(self.lines, None)
            return None if line is None else {model.graph.input[0].name: line[None]}

    onnx.save(shaped(model), folder / "float.onnx")
    quantization.quantize_static(
        folder / "float.onnx",
        folder / "int8.onnx",
        Signals(),
        quant_format=getattr(quantization.QuantFormat, form),
        **options,
    )
    return onnx.load(folder / "int8.onnx")


def keras_like(classes: int = 4) -> onnx.ModelProto:
    """What Keras exports: samples first, and transposed around each convolution."""
    net = Net(32, 3).op("Transpose", perm=[0, 2, 1])
    net.conv(8, 3, 5, pads=[2, 2]).op("Relu").op("Transpose", perm=[0, 2, 1])
    net.op("Transpose", perm=[0, 2, 1]).op("MaxPool", kernel_shape=[2], strides=[2])
    net.conv(12, 8, 3).op("Relu").op("Transpose", perm=[0, 2, 1])
    net.op("Reshape", np.array([-1, 14 * 12]))
    net.op("MatMul", weights(168, 10)).op("Add", weights(10)).op("Relu")
    return net.op("MatMul", weights(10, classes)).op("Add", weights(classes)).op("Softmax").model()


def torch_like(classes: int = 4) -> onnx.ModelProto:
    """What PyTorch exports: axes first, batch normalisation, logits."""
    net = Net(3, 32).conv(8, 3, 5, strides=[2])
    normal = (1 + weights(8) ** 2, weights(8, seed=3), weights(8, seed=4), 0.5 + weights(8) ** 2)
    net.op("BatchNormalization", *normal).op("Relu")
    net.conv(8, 8, 3, pads=[2, 2], dilations=[2], group=8).conv(12, 8, 1).op("LeakyRelu", alpha=0.1)
    return net.op("GlobalAveragePool").op("Flatten").dense(classes, 12).model()


def signals(shape: Shape, count: int = 40) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.normal(size=(count, shape.length, shape.axes)).astype(np.float32)


def as_input(model: onnx.ModelProto, x: np.ndarray) -> np.ndarray:
    """Signals as the model takes them; one dimension a sample unless it is (axes, length)."""
    sizes = [each.dim_value or -1 for each in model.graph.input[0].type.tensor_type.shape.dim][1:]
    inner = [size for size in sizes if size != 1]
    turned = inner == [x.shape[2], x.shape[1]] != [x.shape[1], x.shape[2]]
    return (x.swapaxes(1, 2) if turned else x).reshape(len(x), *sizes)
