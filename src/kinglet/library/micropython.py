"""A stream detector as a MicroPython module, for boards that run no C of their own."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np

from kinglet.pipeline import Plan
from kinglet.record import ENDLESS, Config, models

FILE = "micropython/neai_evt.py"


def module(plan: Plan) -> str | None:
    """The module for a library of the stream detector over plain values; None for any other."""
    if plan.model.name != "evt" or len(plan.nodes) != 1:
        return None
    node = plan.nodes[0]
    values = node.step.name == "segment_means" and node.shape.is_sample
    if not values or len(node.wanted) != node.shape.axes or plan.n_features != node.shape.axes:
        return None
    horizon = float(plan.model_fit["horizon"][0])
    return evt_module(plan.model_config, plan.n_features, horizon)


def evt_module(config: Config, n_inputs: int, horizon: float = ENDLESS) -> str:
    """Write the Weibull stream detector as one file of pure Python.

    It needs nothing but ``math`` and ``struct``, and decides as the C does. The module is
    `kinglet/library/micropython_evt.py` with the settings of the detector.

    Parameters
    ----------
    config : mapping
        Hyperparameters of the model ``evt``, all of them.
    n_inputs : int
        Values of a sample, 1 to 8.
    horizon : float
        Samples after which older ones fade.

    Returns
    -------
    str
        Text of the module.

    Raises
    ------
    ValueError
        For a hyperparameter out of its range, or another number of values.
    """
    model = models()["evt"]
    config = model.complete(config)
    if not model.accepts(config, n_inputs):
        raise ValueError(f"evt takes 1 to 8 values a sample, not {n_inputs}")
    prepared = model.prepare(config, n_inputs, horizon)
    settings = {
        "INPUTS": str(n_inputs),
        "GAMMA": str(config["gamma"]),
        "LIMIT_BITS": f"0x{prepared['limit'].view(np.uint32)[0]:08X}",
        "MAXIMA": str(config["maxima"]),
        "OUTLIERS": str(config["outliers"]),
        "LONGEST": str(int(prepared["longest"][0])),
        "COLLECTIVE": str(config["vote"] == "collective"),
        "HORIZON": str(int(horizon)),
    }
    text = resources.files("kinglet.library").joinpath("micropython_evt.py").read_text("utf-8")
    for name, value in settings.items():
        text, found = re.subn(rf"^{name} = \w+", f"{name} = {value}", text, flags=re.MULTILINE)
        assert found == 1, name
    return text
