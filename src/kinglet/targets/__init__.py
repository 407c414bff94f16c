"""Microcontrollers, boards, cores and sensors, and the look-up of what to build for."""

from kinglet.targets.lookup import DEFAULT, KINDS, find, get, nearest
from kinglet.targets.parts import (
    Board,
    Core,
    Microcontroller,
    Sensor,
    boards,
    core_of,
    cores,
    microcontrollers,
    sensors,
)
from kinglet.targets.target import ASSUMED_CLOCK_HZ, Target, describe
from kinglet.targets.units import format_size, parse_duration, parse_size, parse_time

__all__ = [
    "ASSUMED_CLOCK_HZ",
    "DEFAULT",
    "KINDS",
    "Board",
    "Core",
    "Microcontroller",
    "Sensor",
    "Target",
    "boards",
    "core_of",
    "cores",
    "describe",
    "find",
    "format_size",
    "get",
    "microcontrollers",
    "nearest",
    "parse_duration",
    "parse_size",
    "parse_time",
    "sensors",
]
