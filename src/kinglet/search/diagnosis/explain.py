"""A diagnosis as a task of a worker."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from threadpoolctl import threadpool_limits

from kinglet.pipeline import Pipeline
from kinglet.search.diagnosis.case import Case
from kinglet.search.diagnosis.diagnose import diagnose
from kinglet.search.diagnosis.finding import Finding
from kinglet.search.evaluate import Evaluation, evaluate
from kinglet.search.worker import Setup
from kinglet.search.worker import problem as problem_of
from kinglet.signals import Labelled


def explain(
    setup: Setup,
    data: Labelled,
    pipeline: Pipeline,
    entries: Sequence[Evaluation],
    refused: Mapping[str, int],
    seconds: float,
) -> list[Finding]:
    """Judge the chosen candidate once more, with its arrays, and look for what limits it.

    Parameters
    ----------
    data : Labelled
        The signals of the setup.
    entries : sequence of Evaluation
        The best, and refused ones.
    refused : mapping from str to int
        Candidates that broke a limit, by limit.
    seconds : float
        After which nothing more is begun.
    """
    started = time.monotonic()
    problem = problem_of(setup)
    folder = setup.folder / "diagnosis"
    folder.mkdir(exist_ok=True)
    with threadpool_limits(1):
        chosen = evaluate(problem, list(setup.splits), pipeline)
        case = Case(
            problem,
            data,
            setup.splits,
            chosen,
            list(entries),
            refused,
            folder,
            lambda: time.monotonic() - started > seconds,
        )
        return diagnose(case)
