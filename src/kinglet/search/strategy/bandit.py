"""Shares of the budget between families of models, by what each has brought for its work."""

from __future__ import annotations

from collections.abc import Sequence

from kinglet.search.evaluate import Evaluation

FLOOR = 0.3  # of the budget, for all families alike: what did not pay early may pay later
_DISCOUNT = 0.997  # of what was seen, with every candidate told: half is forgotten after 230
_DOUBT = 4.0  # candidates that a family is thought to have had, before any
_HOPE = 0.05  # gain of each of those


class Bandit:
    """Probability matching with a floor over discounted gains per work.

    A family's share grows with its gain per work, of which older ones fade. Source: Thierens
    (2005), An adaptive pursuit strategy for allocating operator probabilities, GECCO, section 2;
    the discount: Kocsis and Szepesvari (2006), Discounted UCB.

    Parameters
    ----------
    families : sequence of str
    """

    def __init__(self, families: Sequence[str]) -> None:
        self._gain = dict.fromkeys(families, 0.0)
        self._work = dict.fromkeys(families, 0.0)
        self._candidates = 0.0

    def tell(self, family: str, gain: float, work: float) -> None:
        """Take in one candidate: what it gained, 0 to 1, and what it cost, in any unit."""
        for name in self._gain:
            self._gain[name] *= _DISCOUNT
            self._work[name] *= _DISCOUNT
        self._candidates = _DISCOUNT * self._candidates + 1
        self._gain[family] += gain
        self._work[family] += work

    def shares(self) -> dict[str, float]:
        """Share of each family; they sum to 1, and none is below the floor."""
        total = sum(self._work.values())
        usual = total / self._candidates if total else 1.0  # work of one candidate
        rate = {
            name: (self._gain[name] + _HOPE * _DOUBT) / (self._work[name] / usual + _DOUBT)
            for name in self._gain
        }
        whole = sum(rate.values())
        return {name: FLOOR / len(rate) + (1 - FLOOR) * rate[name] / whole for name in rate}


def splits_run(evaluation: Evaluation) -> float:
    """Work of an evaluation by its splits: the same on every machine, as seconds are not."""
    return max(1.0, sum(score is not None for score in evaluation.split_scores))
