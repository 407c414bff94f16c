"""The command line run in the process of the tests."""

import contextlib
import io
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from kinglet import cli


def kinglet(*arguments: object) -> SimpleNamespace:
    """Run the command in this process: what it ends with and what it prints."""
    out, err, heard = io.StringIO(), io.StringIO(), signal.getsignal(signal.SIGTERM)
    argv, sys.argv = sys.argv, ["kinglet", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            cli.main()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    finally:
        sys.argv = argv
        signal.signal(signal.SIGTERM, heard)
    return SimpleNamespace(code=code, out=out.getvalue(), err=err.getvalue())


def refused(*arguments: object) -> str:
    """The one sentence that a command is refused with."""
    run = kinglet(*arguments)
    assert run.code == 2, run
    told = [line for line in run.err.splitlines() if line.startswith("kinglet: ")]
    assert len(told) == 1 and run.out == "" and "Traceback" not in run.err, run
    return told[0]


def write(path: Path, values: np.ndarray) -> Path:
    np.savetxt(path, values.reshape(len(values), -1), fmt="%.9g", delimiter=",")
    return path
