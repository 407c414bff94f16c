"""What a result says of its quality, in words, for each project type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Row = tuple[str, str]
_METRICS = {
    "balanced_accuracy": "balanced accuracy",
    "r2": "R2",
    "normal_recall": "share of the normal signals that pass",
}


def expected_row(document: dict[str, Any]) -> Row:
    """What new data will show, beside what the search shows."""
    expected = document["expected"]
    if expected is None:
        return "on new data", document["expected_reason"]
    value, low, high = (expected[key] for key in ("value", "low", "high"))
    return (
        "on new data",
        f"{_METRICS[expected['metric']]}: {value:.2f} is to be expected ({low:.2f} to "
        f"{high:.2f}), the search shows {value + document['optimism']:.2f}",
    )


def _accuracy(document: dict[str, Any]) -> Row:
    interval, splits = document["balanced_accuracy_interval"], document["splits"]
    return (
        "balanced accuracy",
        f"{100 * document['balanced_accuracy']:.1f} % on held-out lines "
        f"(95 %: {100 * interval['low']:.1f} to {100 * interval['high']:.1f}), "
        f"worst split {100 * splits['worst']:.1f} %",
    )


def class_rows(document: dict[str, Any]) -> Iterator[Row]:
    """Of a classification."""
    yield _accuracy(document)
    recall = ", ".join(f"{name} {100 * value:.0f} %" for name, value in document["recall"].items())
    yield "recall", recall


def anomaly_rows(document: dict[str, Any]) -> Iterator[Row]:
    """Of anomaly detection."""
    if document["abnormal_signals"] == "imitated":
        yield (
            "note",
            "no abnormal signals were given: the figures are for imitated anomalies, and the "
            "search ranked by them and by false alarms",
        )
    yield _accuracy(document)
    yield (
        "at similarity 90",
        f"{_percent(document['false_alarms'])} false alarms, "
        f"{_percent(document['detection'])} of the abnormal signals detected",
    )
    machines = document["machines"]
    if len(machines) > 1:
        words = [f"{row['machine'] + 1}: {_percent(row['balanced_accuracy'])}" for row in machines]
        yield "each machine", ", ".join(words)
    chosen = [row for row in document["sensitivity"] if row["sensitivity"] in (0.5, 1.0, 2.0)]
    yield (
        "sensitivity",
        "; ".join(
            f"{row['sensitivity']:g}: {_percent(row['false_alarms'])} false alarms, "
            f"{_percent(row['detection'])} detected"
            for row in chosen
        ),
    )
    votes = {"single": "single", "3_of_5": "3 of 5", "mean_of_5": "mean of 5"}
    yield (
        "votes",
        "; ".join(
            f"{votes[name]}: {_percent(row['false_alarms'])} false alarms, "
            f"{_percent(row['detection'])} detected"
            for name, row in document["votes"].items()
        ),
    )
    curve = ", ".join(
        f"{point['learned']}: {_percent(point['worst'])}" for point in document["learning_curve"]
    )
    yield "worst score after", f"{curve} (signals learned)"
    yield "learn at least", f"{document['minimum_learning']} signals on the device"
    block = document["false_alarms_after_one_block"]["mean"]
    if block is not None:
        yield "one stretch learned", f"{_percent(block)} false alarms on the other nominal signals"


def outlier_rows(document: dict[str, Any]) -> Iterator[Row]:
    """Of 1-class classification."""
    yield (
        "normal signals",
        f"{_percent(document['false_outliers'])} of those held out are taken for outliers "
        f"(asked for: {_percent(document['outlier_rate'])})",
    )
    yield (
        "imitated outliers",
        f"{_percent(document['imitations_rejected'])} are found; they are made from the normal "
        "signals and tell how tight the limit is",
    )
    yield _accuracy(document)
    tightness = document["tightness"]
    radius = tightness["radius"]
    times = "64 or more" if radius >= 64 else f"{radius:.2g}"
    yield (
        "tightness",
        f"{_percent(tightness['uniform_accepted'])} of uniform samples around the normal signals "
        f"are accepted; a normal signal {times} times as far from the centre is an outlier",
    )


def regression_rows(document: dict[str, Any]) -> Iterator[Row]:
    """Of extrapolation."""
    interval, splits = document["r2_interval"], document["splits"]
    unit = f" {document['target_unit']}" if document["target_unit"] else ""
    yield (
        "R2",
        f"{document['r2']:.3f} on held-out lines (95 %: {interval['low']:.3f} to "
        f"{interval['high']:.3f}), worst split {splits['worst']:.3f}",
    )
    yield (
        "error",
        f"mean {document['mae']:.4g}{unit}, root mean square {document['rmse']:.4g}{unit}, "
        f"SMAPE {document['smape_percent']:.1f} %",
    )
    learned = document["target_range"]
    kept = "predictions stay within 5 % of it" if document["clipped"] else "not clipped"
    yield "target", f"{learned['low']:.4g} to {learned['high']:.4g}{unit} learned; {kept}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


SCORES = {
    "classification": class_rows,
    "anomaly": anomaly_rows,
    "outlier": outlier_rows,
    "extrapolation": regression_rows,
}
