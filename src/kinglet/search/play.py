"""The search plays the device: begin with nothing, learn one by one, then judge what is new."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kinglet.host import Device
from kinglet.pipeline import FittedPipeline, Knowledge
from kinglet.record import FIRST_SIMILARITY, Learner, models
from kinglet.search.fit import inputs, scaled
from kinglet.search.joined import Joined
from kinglet.search.problem import Problem
from kinglet.search.store import seed_of
from kinglet.signals import NORMAL
from kinglet.tasks.similarity import reacts, similarities


def device(fitted: FittedPipeline) -> Device:
    """A device with nothing learned."""
    use = fitted.pipeline.model
    model = models()[use.name]
    assert isinstance(model, Learner)
    n_inputs, stream = len(fitted.selected), fitted.shape.is_sample
    return Device(model, use.settings, fitted.model_fit, n_inputs, stream=stream)


def order(problem: Problem, rows: np.ndarray, name: str) -> np.ndarray:
    """Nominal lines in the order in which a device learns them.

    Samples of a stream are learned as they come; signals are drawn at random, since a device in
    the field meets the regimes of its machine mixed, not file after file.
    """
    nominal = rows[problem.label[rows] == NORMAL]
    if problem.shape.is_sample:
        return np.sort(nominal)
    rng = np.random.default_rng(seed_of(problem.seed, f"learn {name}"))
    return rng.permutation(nominal)


def play(
    problem: Problem,
    fitted: FittedPipeline,
    joined: Joined,
    train: np.ndarray,
    test: np.ndarray,
    name: str,
) -> np.ndarray:
    """Learn the nominal training lines of each machine, judge the held-out lines of the same one.

    Parameters
    ----------
    joined : Joined
    train, test : ndarray of int
    name : str
        Of the split; it decides the order.

    Returns
    -------
    ndarray of float32, shape (n_test, 2)
        z and limit; see `kinglet.host.Device.judge`.
    """
    outputs = np.empty((len(test), 2), dtype=np.float32)
    for number in np.unique(problem.machine[test]):
        own = train[problem.machine[train] == number]
        mine = problem.machine[test] == number
        player = device(fitted)
        player.learn(inputs(fitted, joined, order(problem, own, name)))
        outputs[mine] = player.judge(inputs(fitted, joined, test[mine]))
    return outputs


def remember(problem: Problem, fitted: FittedPipeline, joined: Joined) -> FittedPipeline:
    """Learn every nominal line: the knowledge of ``init(true)``."""
    rows = order(problem, problem.lines, "all")
    player = device(fitted)
    player.learn(inputs(fitted, joined, rows))
    knowledge = Knowledge(
        factor=1.0,
        minimum=FIRST_SIMILARITY,
        learned=player.learned,
        state=player.state.copy(),
        calibration=player.calibration.copy(),
    )
    return replace(fitted, knowledge=knowledge)


def sticks(fitted: FittedPipeline, nominal: np.ndarray, changed: list[np.ndarray]) -> bool:
    """Whether a pretrained library says the same of everything.

    Parameters
    ----------
    nominal : ndarray of float32, shape (m, n_features)
        Features of signals that it learned.
    changed : list of ndarray of float32, shape (m, n_features)
        Features of the same signals changed beyond doubt, each in another way.
    """
    knowledge = fitted.knowledge
    assert knowledge is not None
    player = device(fitted)
    player.state[:] = knowledge.state
    player.calibration[:] = knowledge.calibration

    def similarity(features: np.ndarray) -> np.ndarray:
        outputs = player.judge(scaled(fitted, features))
        return similarities(outputs * np.array([1, knowledge.factor], dtype=np.float32))

    usual = similarity(nominal)
    return not any(reacts(usual, similarity(features)) for features in changed)
