"""What a diagnosis says: one likely cause of a poor result, its evidence, and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

_MOST = 0.95  # nothing is certain
_LEAST = 0.05


@dataclass(frozen=True)
class Finding:
    """One likely cause.

    Parameters
    ----------
    cause : str
        One word or two, the same for every data set.
    likelihood : float
        0.05 to 0.95: a rank, by the share of what is missing, or of the errors, that the cause
        would explain.
    evidence : str
        What was seen, in figures.
    advice : str
        What to do.
    figures : dict
        The figures of the evidence, as plain data.
    """

    cause: str
    likelihood: float
    evidence: str
    advice: str
    figures: dict[str, Any] = field(default_factory=dict)


def likelihood_of(share: float) -> float:
    """Likelihood of a cause that explains a share of what is missing to a perfect result."""
    return round(float(min(_MOST, max(_LEAST, share))), 3)


def to_json(findings: list[Finding]) -> list[dict[str, Any]]:
    """Plain data, in the same order."""
    return [asdict(finding) for finding in findings]
