"""What new data will show stands beside what the search shows."""

from kinglet.cli.scores import expected_row
from kinglet.workflow.build import optimism_warnings

EXPECTED = {"value": 0.89, "low": 0.8, "high": 0.96}


def document(optimism: float, metric: str = "balanced_accuracy") -> dict:
    return {"expected": {"metric": metric, **EXPECTED}, "optimism": optimism}


def test_both_figures_are_shown():
    _, words = expected_row(document(0.03))
    assert "0.89" in words and "0.80 to 0.96" in words and "0.92" in words
    assert words.startswith("balanced accuracy")
    assert expected_row(document(0.03, "r2"))[1].startswith("R2")
    assert "normal signals" in expected_row(document(0.03, "normal_recall"))[1]


def test_a_large_gap_is_a_warning_that_says_why():
    (text,) = optimism_warnings(document(0.07))
    assert "0.96" in text and "0.89" in text and "luck" in text
    assert optimism_warnings(document(0.04)) == []
    assert optimism_warnings(document(-0.2)) == []


def test_without_an_estimate_the_reason_is_shown():
    without = {"expected": None, "optimism": None, "expected_reason": "not estimated: because"}
    assert expected_row(without) == ("on new data", "not estimated: because")
    assert optimism_warnings(without) == []
