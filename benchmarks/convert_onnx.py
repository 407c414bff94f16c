"""Converted convolutional networks, float32 and int8, on emulated cores.

    python -m benchmarks.convert_onnx

The weights are random: sizes and time do not depend on them. ONNX Runtime quantises the networks,
and what the libraries say is compared with what it says of the same graphs without optimisations.
Writes results/convert_onnx.json and results/convert_onnx.md.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import quantization

from benchmarks.runner import options, table, write
from kinglet.convert import convert
from kinglet.convert import onnx as reader
from kinglet.record import Shape

SHAPE = Shape(128, 3)
CLASSES = 5
CORES = {"Cortex-M4F": "cortex-m4f", "Cortex-M0": "cortex-m0"}
# Filters, kernel, stride and groups of each convolution; ReLU after each, at last the mean over
# time and a dense layer.
NETWORKS = {
    "3 convolutions, 16 filters": [(16, 5, 2, 1), (16, 5, 2, 1), (16, 3, 1, 1)],
    "depthwise separable, 24 filters": [
        (24, 5, 2, 1), (24, 5, 2, 24), (24, 1, 1, 1), (24, 5, 1, 24), (24, 1, 1, 1),
    ],
}  # fmt: skip


def network(layers: list[tuple[int, int, int, int]]) -> tuple[onnx.ModelProto, int]:
    """The graph, and how many products it sums up."""
    rng = np.random.default_rng(0)
    nodes, constants, tensor = [], [], "signal"
    length, channels, products = SHAPE.length, SHAPE.axes, 0

    def add(kind: str, *weights: np.ndarray, **attributes: object) -> None:
        nonlocal tensor
        names = [f"w{len(constants) + index}" for index in range(len(weights))]
        constants.extend(map(numpy_helper.from_array, weights, names))
        output = f"t{len(nodes)}"
        nodes.append(helper.make_node(kind, [tensor, *names], [output], output, **attributes))
        tensor = output

    def random(*shape: int) -> np.ndarray:
        fan = max(1, int(np.prod(shape[1:])))
        return (rng.normal(size=shape) * np.sqrt(2 / fan)).astype(np.float32)

    for filters, kernel, stride, groups in layers:
        weights = random(filters, channels // groups, kernel)
        around = [kernel // 2] * 2
        add("Conv", weights, random(filters), strides=[stride], pads=around, group=groups)
        add("Relu")
        length, channels = -(-length // stride), filters
        products += length * weights.size
    add("GlobalAveragePool")
    add("Flatten")
    add("Gemm", random(CLASSES, channels), random(CLASSES), transB=1)
    products += CLASSES * channels
    signal = helper.make_tensor_value_info("signal", TensorProto.FLOAT, (1, *reversed(SHAPE)))
    scores = helper.make_tensor_value_info(tensor, TensorProto.FLOAT, (1, CLASSES))
    graph = helper.make_graph(nodes, "network", [signal], [scores], constants)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8), products


def quantised(model: onnx.ModelProto, signals: np.ndarray) -> onnx.ModelProto:
    """The graph in int8, one scale for each filter."""

    class Signals(quantization.CalibrationDataReader):
        lines = iter(signals)

        def get_next(self) -> dict[str, np.ndarray] | None:
            line = next(self.lines, None)
            return None if line is None else {"signal": line.T[None]}

    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        onnx.save(onnx.shape_inference.infer_shapes(model), before)
        kind = quantization.QuantType.QInt8
        quantization.quantize_static(
            before, after, Signals(), per_channel=True, activation_type=kind, weight_type=kind
        )
        return onnx.load(after)


def said(model: onnx.ModelProto, signals: np.ndarray) -> np.ndarray:
    """Classes by ONNX Runtime, as the graph stands."""
    how = onnxruntime.SessionOptions()
    how.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), how)
    runs = [session.run(None, {"signal": line.T[None]})[0][0] for line in signals]
    return np.argmax(runs, axis=1)


def main() -> None:
    chosen = options(__doc__, "convert_onnx")
    signals = np.random.default_rng(1).normal(size=(200, *SHAPE)).astype(np.float32)
    results: dict = {}
    for name, layers in NETWORKS.items():
        model, products = network(layers)
        for number, graph in (("float32", model), ("int8", quantised(model, signals))):
            wanted = said(graph, signals)
            read, _ = reader.read(graph, SHAPE)
            for core, key in CORES.items():
                library = convert(read, axes=3, length=128, target=key, signals=signals[:4])
                classes = library.predict_proba(signals).argmax(axis=1)
                agree = float((classes == wanted).mean())
                entry = {**library.sizes(), "products": products, "agree": agree}
                results.setdefault(name, {}).setdefault(core, {})[number] = entry
    write(chosen, results, markdown(results))
    print(markdown(results))


def markdown(results: dict) -> str:
    """One table."""
    rows = [
        [
            name,
            core,
            number,
            str(run["flash_bytes"]),
            f"{run['ram_bytes']} + {run['stack_bytes']}",
            f"{run['instructions']:.0f}",
            "" if run["cycles"] is None else f"{run['cycles']:.0f}",
            f"{(run['cycles'] or run['instructions']) / run['products']:.1f}",
            f"{run['agree']:.4f}",
        ]
        for name, cores in results.items()
        for core, numbers in cores.items()
        for number, run in numbers.items()
    ]
    columns = [
        "network", "core", "numbers", "flash B", "RAM B (static + stack)", "instructions", "cycles",
        "per product", "agree",
    ]  # fmt: skip
    text = (
        f"Converted networks of signals of {SHAPE.length} samples of {SHAPE.axes} axes, -Os. Per "
        "product: cycles, or instructions where a core has no cycle table, of the whole call for "
        "each product of a weight and a value. Agree: same class as ONNX Runtime, 200 signals.\n\n"
    )
    return text + table(columns, rows)


if __name__ == "__main__":
    main()
