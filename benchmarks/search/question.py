"""What every question about the search says of itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

NCC = (
    *("appliances", "basic_motions", "bearing_fault_type", "ceiling_fan_speed"),
    *("hand_gestures", "spoken_digits", "watch_activities"),
)
EXT = ("air_quality_co", "battery_capacity", "fan_speed")
OCC = ("ceiling_fan_low", "robot_surface", "toothbrushing", "watch_walking")
AD = ("bearing_cwru", "ceiling_fan", "ecg_beats", "pump_windows")


@dataclass(frozen=True)
class Setting:
    """How a question is measured.

    Parameters
    ----------
    seconds : float
        Budget of one search.
    jobs : int
        Worker processes of a search.
    seeds : tuple of int
        Of the searches; a question that needs no more than one takes the first.
    """

    seconds: float
    jobs: int
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Question:
    """One table of the results.

    Parameters
    ----------
    name : str
    title : str
    setting : Setting
        Unless another one is asked for.
    sets : tuple of str
        Data sets that it is measured on, unless others are asked for; numbers of signals where
        they are made.
    measure : callable
        The figures of a set, as plain data.
    markdown : callable
        The text and the table of a question, from the figures of each set and the setting.
    made : bool
        Whether the signals are made.
    on_request : bool
        Whether it is measured only where it is named.
    """

    name: str
    title: str
    setting: Setting
    sets: tuple[str, ...]
    measure: Callable[[str, Setting], dict]
    markdown: Callable[[dict[str, dict], Setting], str]
    made: bool = False
    on_request: bool = False

    def asked(self, names: Sequence[str] | None) -> list[str]:
        """What to measure, of the sets and numbers of signals that were asked for."""
        if names is None:
            return list(self.sets)
        return [name for name in names if name.isdigit() == self.made]


def cell(value: float | None, digits: int = 3) -> str:
    """A figure of a table; empty where there is none."""
    return "" if value is None else f"{value:.{digits}f}"
