"""Support vector machines with a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from kinglet.convert.layer import Arrays, Layer, Settings
from kinglet.record import Field

KINDS = ("rbf", "poly", "sigmoid")  # the number in C is the place in this list


class KernelMachine(Layer):
    """Weighted similarities to support vectors."""

    name = "kernel_machine"
    title = "kernel machine"
    doc = (
        "K(x, v) weighted and summed over the support vectors v, plus an intercept. Setting "
        "``kind``: rbf exp(-gamma |x - v|^2), poly (gamma x.v + offset)^degree, sigmoid "
        "tanh(gamma x.v + offset). With G groups of vectors (classes) there is a sum for each "
        "pair of groups, to which only vectors of these two count; with one group one sum."
    )
    source = "Chang and Lin (2011), LIBSVM: a library for support vector machines, section 4"
    fields = (
        Field("inputs", "uint32_t", "values in"),
        Field("groups", "uint32_t", "classes that the vectors belong to, or 1"),
        Field("kind", "uint32_t", f"{', '.join(f'{i} {name}' for i, name in enumerate(KINDS))}"),
        Field("degree", "uint32_t", "power of poly"),
        Field("gamma", "float", "scale within the kernel"),
        Field("offset", "float", "added within the kernel"),
        Field("counts", "uint32_t", "vectors of each group", array=True),
        Field("vectors", "float", "support vectors, group after group", array=True),
        Field("weights", "float", "of each vector: one for every other group", array=True),
        Field("intercepts", "float", "one for each pair of groups", array=True),
    )
    tolerance = (1e-4, 1e-4)

    def inputs(self, settings: Settings, arrays: Arrays) -> int | None:
        return int(arrays["vectors"].shape[1])

    def outputs(self, settings: Settings, arrays: Arrays, inputs: int) -> int:
        return len(arrays["intercepts"])

    def block(self, settings: Settings, arrays: Arrays, inputs: int) -> dict[str, Any]:
        return {
            "inputs": inputs,
            "groups": len(arrays["counts"]),
            "kind": KINDS.index(settings["kind"]),
            **{name: settings[name] for name in ("degree", "gamma", "offset")},
            **arrays,
        }

    def oracle(self, settings: Settings, arrays: Arrays, x: np.ndarray) -> np.ndarray:
        vectors = arrays["vectors"].astype(float)
        if settings["kind"] == "rbf":
            squared = ((x[:, None] - vectors) ** 2).sum(axis=2)
            kernel = np.exp(-settings["gamma"] * squared)
        else:
            inner = settings["gamma"] * (x @ vectors.T) + settings["offset"]
            kernel = (
                np.tanh(inner) if settings["kind"] == "sigmoid" else inner ** settings["degree"]
            )
        weights, groups = arrays["weights"].astype(float), len(arrays["counts"])
        if groups == 1:
            return np.asarray(kernel @ weights + arrays["intercepts"])
        group = np.repeat(np.arange(groups), arrays["counts"])
        sums = []
        for i, j in zip(*np.triu_indices(groups, 1), strict=True):
            first, second = group == i, group == j
            sums.append(
                kernel[:, first] @ weights[first, j - 1] + kernel[:, second] @ weights[second, i]
            )
        return np.stack(sums, axis=1) + arrays["intercepts"]


RECORD = KernelMachine()
