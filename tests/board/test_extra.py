import subprocess
import sys

import pytest

from kinglet import board
from kinglet.errors import InputError
from kinglet.toolchain import CORES


def test_missing_emulator_is_told_with_the_remedy(monkeypatch):
    monkeypatch.setattr("kinglet.board.runner.find_spec", lambda name: None)
    assert board.unavailable_reason() == "unicorn is not installed: pip install 'kinglet[board]'"
    with pytest.raises(InputError, match=r"pip install 'kinglet\[board\]'"):
        board.run(b"", CORES["cortex-m4f"], function="f", inputs=[], output_size=0)


def test_kinglet_itself_never_imports_the_emulator():
    code = "import sys, kinglet.board; print({'unicorn', 'capstone'} & set(sys.modules))"
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert finished.stdout.strip() == "set()"
