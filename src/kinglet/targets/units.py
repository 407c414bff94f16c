"""Sizes and times as people write them: 32K, 20ms, 2m."""

import re

from kinglet.errors import InputError

_NUMBER = r"([0-9]{1,12}(?:\.[0-9]{1,9})?)"
_SIZE = _NUMBER + r"\s*([km]?)(?:i?b)?"
_TIME = _NUMBER + r"\s*(s|ms|us|µs|μs|ns)"
_DURATION = _NUMBER + r"\s*([smh])"

_BYTES = {"": 1, "k": 1024, "m": 1024**2}
_EXPONENTS = {"s": 0, "ms": -3, "us": -6, "µs": -6, "μs": -6, "ns": -9}
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def parse_size(text: str) -> int:
    """Read a size in bytes.

    Parameters
    ----------
    text : str
        A number with K (1024), M (1024²) or nothing (bytes) behind it; ``KB`` and ``KiB`` mean
        the same as K.

    Returns
    -------
    int
        Bytes; a fraction of a byte is dropped.

    Raises
    ------
    InputError
        When it is no size.
    """
    match = re.fullmatch(_SIZE, text.strip().lower())
    if match and (match[2] or match[1].isdigit()):
        return int(float(match[1]) * _BYTES[match[2]])
    raise InputError(
        f"'{text}' is not a size: write whole bytes (4096), K for 1024 bytes (32K) "
        "or M for 1024 K (1M)."
    )


def parse_time(text: str) -> float:
    """Read a short time, such as the limit for one inference.

    Parameters
    ----------
    text : str
        A number and its unit: s, ms, us (µs) or ns.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    InputError
        When it is no time, or the unit is missing.
    """
    match = re.fullmatch(_TIME, text.strip().lower())
    if not match:
        raise InputError(f"'{text}' is not a time: write a number and s, ms, us or ns (20ms).")
    # A decimal exponent rounds once, so that 20ms is the very float 0.020.
    return float(f"{match[1]}e{_EXPONENTS[match[2]]}")


def parse_duration(text: str) -> float:
    """Read a long time, such as the budget of a search.

    Parameters
    ----------
    text : str
        A number and its unit: s, m (minutes) or h.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    InputError
        When it is no duration, it is 0, or the unit is missing.
    """
    match = re.fullmatch(_DURATION, text.strip().lower())
    if not match:
        raise InputError(f"'{text}' is not a duration: write a number and s, m or h (60s, 2m, 1h).")
    seconds = float(match[1]) * _SECONDS[match[2]]
    if seconds == 0:
        raise InputError(f"'{text}' is no time at all: write more than 0.")
    return seconds


def format_size(size: int) -> str:
    """Write bytes as people read them.

    Parameters
    ----------
    size : int
        Bytes, not negative.

    Returns
    -------
    str
        ``512 B``, ``15.5 KB`` or ``2 MB``, with K = 1024 and at most one decimal.
    """
    for unit, name in ((1024**2, "MB"), (1024, "KB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} B"
