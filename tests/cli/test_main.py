"""What holds for every command: start-up time, errors, exit codes."""

import re
import subprocess
import sys

import pytest

import kinglet


def run(*arguments, code="from kinglet.cli import main; main()"):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60
    )


def with_command(body):
    return f"""
import sys
from kinglet.cli import app, main
from kinglet.errors import InputError, NothingFitsError
@app.command()
def probe():
    {body}
main()
"""


def test_help_lists_the_commands():
    result = run("--help")
    assert result.returncode == 0 and re.search(r"^  targets  ", result.stdout, re.MULTILINE)
    assert "completion" not in result.stdout


def test_starting_loads_nothing_heavy():
    code = (
        "import sys, kinglet.cli;"
        "assert not {'numpy', 'scipy', 'sklearn', 'rich', 'csv'} & set(sys.modules), sys.modules"
    )
    assert run(code=code).returncode == 0


def test_version():
    result = run("--version")
    assert (result.returncode, result.stdout) == (0, f"kinglet {kinglet.__version__}\n")


def test_without_a_command_it_shows_how_to_use_it():
    result = run()
    assert "targets" in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("error", "code"), [("InputError('line 3: mend it.')", 2), ("NothingFitsError('too big.')", 3)]
)
def test_an_error_to_mend_is_one_sentence_and_its_exit_code(error, code):
    result = run("probe", code=with_command(f"raise {error}"))
    assert result.returncode == code
    assert re.fullmatch(r"kinglet: (line 3: mend it|too big)\.\n", result.stderr)
    assert result.stdout == ""


def test_a_defect_shows_its_plain_traceback():
    result = run("probe", code=with_command("raise RuntimeError('a defect')"))
    assert result.returncode == 1
    assert result.stderr.startswith("Traceback") and "RuntimeError: a defect" in result.stderr


def test_an_interrupt_ends_with_130_and_no_traceback():
    result = run("probe", code=with_command("raise KeyboardInterrupt"))
    assert result.returncode == 130 and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["targets", "--bogus"], ["targets", "--limit", "x"]]
)
def test_wrong_usage_ends_with_2(arguments):
    result = run(*arguments)
    assert result.returncode == 2 and "Traceback" not in result.stderr
