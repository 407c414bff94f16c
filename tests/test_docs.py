"""The documentation tells what the code does."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kinglet.record import models, selectors, steps

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_page_of_steps_is_what_the_records_say():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert generate.PAGE.read_text(encoding="utf-8") == generate.page(), "run 'make docs'"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_option_in_the_guide_exists():
    run = subprocess.run(
        [sys.executable, "-m", "kinglet", "make", "--help"], capture_output=True, text=True
    )
    known = set(re.findall(r"--[a-z-]+", run.stdout))
    for page in PAGES:
        for line in page.read_text(encoding="utf-8").splitlines():
            if line.startswith(("kinglet make", "| `--")):
                assert set(re.findall(r"--[a-z-]+", line)) <= known


def test_every_record_has_a_section():
    text = (ROOT / "docs" / "steps.md").read_text(encoding="utf-8")
    for record in [*steps(), *models(), *selectors()]:
        assert f"(`{record.name}`)" in text
