"""The floors of ARCHITECTURE.md: a lower one never imports a higher one."""

import ast
from pathlib import Path

import pytest

import kinglet

ROOT = Path(kinglet.__file__).parent
FLOORS = {
    **dict.fromkeys(["errors", "files", "__init__"], 0),
    **dict.fromkeys(["runtime"], 0),
    **dict.fromkeys(["signals", "targets", "toolchain", "record"], 1),
    **dict.fromkeys(["steps", "models", "selectors", "pipeline", "ccode"], 2),
    **dict.fromkeys(["tasks", "host", "board", "costs"], 3),
    **dict.fromkeys(["library", "search"], 4),
    **dict.fromkeys(["workflow", "demo", "convert"], 5),
    **dict.fromkeys(["cli", "__main__"], 6),
}


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Rooms that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "kinglet":
                names = [f"kinglet.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "kinglet" and len(parts) > 1 and parts[1] in FLOORS:
                found.add(parts[1])
    return found


FILES = sorted(ROOT.rglob("*.py"))


def test_every_room_has_a_floor():
    assert {room(path) for path in FILES} == set(FLOORS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_of_a_higher_floor(path):
    if path.name == "__init__.py" and path.parent == ROOT:
        return  # the front door, whose imports are lazy
    higher = {name for name in imports(path) if FLOORS[name] > FLOORS[room(path)]}
    assert not higher


@pytest.mark.parametrize("package", ["unicorn", "capstone"])
def test_only_the_worker_process_imports_the_emulator(package):
    users = {
        path.relative_to(ROOT)
        for path in FILES
        if f"import {package}" in path.read_text(encoding="utf-8")
        or f"from {package}" in path.read_text(encoding="utf-8")
    }
    assert all(path.parts[0] == "board" for path in users)
    assert not any(path.name in ("__init__.py", "runner.py", "image.py") for path in users)
