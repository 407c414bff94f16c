"""How the order of a portfolio is found from figures, and what it is worth."""

import numpy as np
import pytest
from benchmarks.search.greedy import Judged, Measured, course, order
from benchmarks.search.recipes import elite, listed, more

from kinglet.record import CLASSIFICATION, Shape


def measured(metrics, seconds=None):
    """A set on which each pipeline has features of its own, free of charge."""
    seconds = seconds or {}
    judged = {
        key: Judged(metric, (key,), "forward", seconds.get(key, 1.0))
        for key, metric in metrics.items()
    }
    return Measured(judged, dict.fromkeys(metrics, 0.0), {((key,), "forward"): 0 for key in judged})


def test_the_strongest_comes_first_then_what_gains_most_for_its_time():
    one = measured({"strong": 0.8, "slow": 1.0, "quick": 0.95, "weak": 0.1}, {"slow": 9.0})
    two = measured({"strong": 1.0, "slow": 0.2, "quick": 0.2, "weak": 0.1}, {"slow": 9.0})
    assert order([one, two], ["weak", "slow", "quick", "strong"], 4) == [
        "strong",
        "quick",
        "slow",
        "weak",
    ]


def test_every_set_has_a_second_choice_before_what_serves_none():
    one = measured({"a": 1.0, "b": 0.9, "c": 0.0, "d": 0.1})
    two = measured({"a": 1.0, "b": 0.0, "c": 0.9, "d": 0.1})
    found = order([one, two], ["d", "c", "b", "a"], 4)
    assert found[0] == "a" and set(found[1:3]) == {"b", "c"}
    assert order([one, two], ["d", "c", "b", "a"], 2) == found[:2]


def test_features_and_selections_are_paid_once():
    judged = {
        "a": Judged(0.5, ("x", "y"), "forward", 1.0),
        "b": Judged(0.7, ("x", "y"), "forward", 2.0),
        "c": Judged(0.6, ("z",), "forward", 4.0),
    }
    paths = {(("x", "y"), "forward"): 8.0, (("z",), "forward"): 16.0}
    own = Measured(judged, {"x": 32.0, "y": 64.0, "z": 128.0}, paths)
    made = course(own, ["b", "c", "a"])
    # What two share is there before the first, as in a search.
    assert made.moments == [32 + 64 + 8 + 2, 106 + 128 + 16 + 4, 254 + 1]
    assert made.metrics == [0.7, 0.7, 0.7]
    assert made.until(105) == 0 and made.until(106) == 0.7
    assert made.seconds_to(0.7) == 106 and made.seconds_to(0.71) is None


def test_a_luckily_found_pipeline_counts_for_nothing_where_it_was_found():
    row = {
        "split_scores": [0.5, 0.7],
        "refused": None,
        "chains": ["x"],
        "selector": "forward",
        "select_seconds": 1.0,
        "seconds": 1.0,
    }
    own = {"rows": {"a": row, "b": row, "c": row | {"refused": "time"}}, "chains": {"x": 1.0}}
    metrics = {key: one.metric for key, one in Measured.of(own, ["b"]).judged.items()}
    assert metrics == {"a": pytest.approx(0.6), "b": 0, "c": 0}


@pytest.mark.parametrize("shape", [Shape(2, 1), Shape(64, 6), Shape(1024, 1)])
def test_recipes_fit_every_shape_and_keep_their_names(shape):
    recipes = [*listed(CLASSIFICATION), *more(CLASSIFICATION)]
    assert len({recipe.key for recipe in recipes}) == len(recipes)
    for recipe in recipes:
        assert recipe.make(shape).branches
    found = recipes[0].make(Shape(256, 3))
    again = elite(found.to_json())
    assert again.make(Shape(256, 3)) == found and again.make(shape).branches
    assert np.isin(
        [recipe.key for recipe in listed(CLASSIFICATION)], [r.key for r in recipes]
    ).all()
