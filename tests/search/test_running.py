"""A search in a thread is looked at, steered and built from while it runs."""

import time

import numpy as np
import pytest

import kinglet
from kinglet.errors import InputError
from kinglet.record import Shape
from kinglet.search import budget, search
from kinglet.signals import label_signals
from tests import samples

VALUES, LABEL = samples.signals(45, shape=Shape(32, 1))
DATA = label_signals(VALUES, np.array(samples.CLASSES)[LABEL])


def wait_for(what) -> None:
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def test_the_best_is_built_while_it_runs_and_pause_and_stop_are_heard():
    running = kinglet.start(DATA, budget=600, jobs=1, estimate=False)
    wait_for(lambda: running.best is not None)
    library = running.best.build()
    assert (library.predict(VALUES) == np.array(samples.CLASSES)[LABEL]).mean() > 0.5
    assert not running.done
    running.pause()
    wait_for(lambda: running.progress.paused)
    count = running.progress.evaluated
    time.sleep(1.2)
    assert running.progress.evaluated == count, "nothing is tried in a pause"
    with pytest.raises(TimeoutError):
        running.result(timeout=0.1)
    running.resume()
    wait_for(lambda: running.progress.evaluated > count)
    running.stop()
    result = running.result(timeout=60)
    assert result.stopped == "stopped" and running.done
    assert running.best.number == result.best.number


def test_unusable_arguments_are_told():
    with pytest.raises(InputError, match="nonsense"):
        kinglet.start(DATA, task="nonsense")
    with pytest.raises(InputError, match="budget"):
        kinglet.start(DATA, budget=-1.0).result()


def test_converged_ends_by_itself(monkeypatch):
    monkeypatch.setattr(budget, "_FEWEST", 24)
    result = search(DATA, budget="converged", jobs=1, estimate=False, model=["lda"])
    assert result.stopped == "converged"
    last_gain = result.history[-1]["candidates"]
    assert result.evaluated >= 24 and last_gain < result.evaluated
