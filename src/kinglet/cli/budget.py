"""How the commands take the budget of a search."""

from typing import Literal

from kinglet.errors import InputError
from kinglet.targets.units import parse_duration


def parse_budget(text: str) -> float | Literal["converged"]:
    """Read a time such as 60s, or the word converged.

    Raises
    ------
    InputError
        If it is neither.
    """
    if text.strip().lower() == "converged":
        return "converged"
    try:
        return parse_duration(text)
    except InputError as error:
        raise InputError(f"{str(error).rstrip('.')}, or converged.") from None
