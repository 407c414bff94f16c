import os
import subprocess
import sys
from pathlib import Path

import pytest

from kinglet.errors import InputError, ToolchainError
from kinglet.toolchain import CORES, cache_directory, compile_object, run_zig

COMPILE = (
    "from kinglet.toolchain import CORES, compile_object\n"
    "print(len(compile_object('int f(void) { return 1; }', CORES['cortex-m4f'])))"
)


def test_named_cache_folder_is_made_and_used(tmp_path, monkeypatch):
    folder = tmp_path / "with space ü" / "cache"
    monkeypatch.setenv("KINGLET_CACHE_DIR", str(folder))
    assert cache_directory() == folder
    compile_object("int f(void) { return 1; }", CORES["cortex-m4f"])
    assert [path.name for path in folder.iterdir()] == ["zig"]


def test_cache_folder_that_cannot_be_made_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("KINGLET_CACHE_DIR", str(tmp_path / "file" / "cache"))
    with pytest.raises(InputError, match=r"file.*set KINGLET_CACHE_DIR"):
        cache_directory()


@pytest.mark.parametrize("keep_home", [True, False])
def test_compiles_with_an_empty_home(tmp_path, keep_home):
    environment = {"KINGLET_CACHE_DIR": str(tmp_path / "cache")}
    if keep_home:
        (tmp_path / "home").mkdir()
        environment = {"HOME": str(tmp_path / "home"), "USERPROFILE": str(tmp_path / "home")}
    if "SYSTEMROOT" in os.environ:
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    finished = subprocess.run(
        [sys.executable, "-c", COMPILE],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert finished.returncode == 0, finished.stderr
    assert int(finished.stdout) > 0


def test_variables_of_the_user_do_not_change_what_is_compiled(tmp_path, monkeypatch):
    (tmp_path / "secret.h").write_text("#define SECRET 1\n")
    monkeypatch.setenv("CPATH", str(tmp_path))
    monkeypatch.setenv("C_INCLUDE_PATH", str(tmp_path))
    with pytest.raises(ToolchainError, match=r"secret\.h"):
        compile_object('#include "secret.h"\nint f(void) { return SECRET; }', CORES["cortex-m4f"])


def test_failure_carries_the_message_of_the_compiler():
    with pytest.raises(ToolchainError, match=r"neai\.c:2:.*nothere"):
        compile_object("int f(void) {\n return nothere; }", CORES["cortex-m4f"])


def test_missing_compiler_is_one_sentence(monkeypatch):
    monkeypatch.setattr("kinglet.toolchain.zig.zig_executable", lambda: "/no/such/compiler")
    with pytest.raises(ToolchainError, match="could not be started"):
        run_zig(["version"], Path.cwd())
