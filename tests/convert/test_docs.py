"""The guide does what it says."""

import re
import subprocess
import sys
from pathlib import Path

from kinglet.convert.scikit_learn import READERS, TRANSFORMERS
from tests.cli.running import kinglet

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "convert.md").read_text(encoding="utf-8")


def test_the_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, commands = re.findall(r"```(?:python)?\n(.*?)```", PAGE, re.DOTALL)[:2]
    subprocess.run([sys.executable, "-c", code], check=True)
    for line in commands.splitlines():
        run = kinglet(*line.split()[1:])
        assert run.code == 0, run.err
    assert run.out.count("slow") >= 5


def test_every_model_is_named():
    families = re.sub(r"(\w+)-", r"\1", PAGE)
    for name in [*TRANSFORMERS, *(name for readers in READERS.values() for name in readers)]:
        family = re.sub(r"(CV|Classifier|Regressor)$", "", name)
        assert name in PAGE or family in families, name
