"""Errors that a user can mend; every other exception is a defect of Kinglet."""


class KingletError(Exception):
    """Base of the errors that the command line prints as one sentence.

    Attributes
    ----------
    exit_code : int
        What the command ends with.
    """

    exit_code = 2


class InputError(KingletError, ValueError):
    """Bad input or usage: the message names file, line, column, what was expected, how to mend."""


class NothingFitsError(KingletError):
    """No candidate fits the limits of the target."""

    exit_code = 3


class StickingError(KingletError):
    """A built library says the same of every signal."""

    exit_code = 3


class ToolchainError(KingletError):
    """The compiler refused what Kinglet generated, or could not be started."""


class WorkerError(KingletError):
    """A worker process of the search died."""

    exit_code = 1
