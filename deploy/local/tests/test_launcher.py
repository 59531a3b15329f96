"""The launcher finds a Python that Lineup bears, or fetches one; and lets it compile once."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from importlib.machinery import SourceFileLoader

import pytest

from lineup_local.settings import CHECKOUT

BORNE = re.compile(r'requires-python = ">=3\.(\d+),<3\.(\d+)"')


@pytest.fixture
def launcher():
    loader = SourceFileLoader("lineup_launcher", str(CHECKOUT / "lineup"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def not_this_one(launcher):
    """As if the Python that started the launcher were too old for Lineup."""
    here = sys.version_info[1]
    launcher.OLDEST_PYTHON, launcher.NEWEST_PYTHON = (3, here + 1), (3, here + 3)
    return [f"python3.{here + step}" for step in (1, 2, 3)]


@pytest.fixture
def on_path(tmp_path, monkeypatch):
    """Puts a program of a name alone on the path, which does this."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def put(name, does="exit 0"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)
        return str(program)

    return put


def test_it_takes_the_python_that_opened_it(launcher):
    assert launcher.find_python() == sys.executable


def test_else_it_takes_the_newest_that_is_there_and_runs(
    launcher, not_this_one, on_path
):
    oldest, middle, newest = not_this_one
    wanted = [on_path(oldest), on_path(middle)][1]
    on_path(newest, "echo pyenv: command not found; exit 127")
    on_path(f"python3.{launcher.NEWEST_PYTHON[1] + 1}")

    assert launcher.find_python() == wanted


def test_where_none_is_uv_fetches_one_and_it_says_so(
    launcher, not_this_one, on_path, tmp_path, capsys
):
    uv = on_path("uv", f'echo "$@" "$UV_PYTHON_INSTALL_DIR" >{tmp_path}/asked')

    assert launcher.find_python() is None
    newest = not_this_one[-1].removeprefix("python")
    assert launcher.fetch_python(uv) == newest
    assert f"uv fetches {newest} into .lineup/python" in capsys.readouterr().err
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith("python install ")
    assert asked.endswith(f" {newest} {CHECKOUT}/.lineup/python\n")


def test_where_none_is_to_be_had_it_says_which_to_install(
    launcher, not_this_one, on_path
):
    uv = on_path("uv", "echo no network; exit 2")
    with pytest.raises(
        launcher.Failure, match=r"install it and try again(.|\n)*no network"
    ):
        launcher.fetch_python(uv)


def test_it_finds_what_every_package_bears(launcher):
    found = {
        BORNE.search(file.read_text()).groups()
        for file in CHECKOUT.rglob("pyproject.toml")
        if ".venv" not in file.parts and ".lineup" not in file.parts
    }
    assert found == {
        (str(launcher.OLDEST_PYTHON[1]), str(launcher.NEWEST_PYTHON[1] + 1))
    }


def test_modules_are_compiled_once_where_the_machine_keeps_none(
    launcher, monkeypatch, tmp_path
):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "set, so that it is put back")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")
    launcher.BYTECODE = tmp_path / "bytecode"
    (tmp_path / "shop.py").write_text("")

    launcher.keep_bytecode()

    subprocess.run([sys.executable, "-c", "import shop"], cwd=tmp_path, check=True)
    assert list(launcher.BYTECODE.rglob("shop.*.pyc"))
    assert not (tmp_path / "__pycache__").exists()


INSTALLS = """
[ "$1" = --version ] && { echo uv 0.13.9; exit; }
mkdir installing || { echo Permission denied; exit 1; }
cat go_on
echo '#!/bin/sh' >.venv.python
mkdir -p .venv/bin && chmod 755 .venv.python && mv .venv.python .venv/bin/python
"""
"""A uv that installs nothing, goes on when it is told so, and bears no second one."""


def test_two_at_once_in_a_fresh_clone_install_once(on_path, tmp_path, monkeypatch):
    on_path("uv", INSTALLS)
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("lineup", "uv.lock", "pyproject.toml"):
        shutil.copy(CHECKOUT / name, clone)
    os.mkfifo(clone / "go_on")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def start():
        return subprocess.Popen(
            [sys.executable, "lineup"], cwd=clone, stderr=subprocess.PIPE, text=True
        )

    with start() as first:
        wait_for((clone / "installing").exists)
        with start() as second:
            said = second.stderr.readline()
            (clone / "go_on").write_text("")
            said += second.stderr.read()
        assert first.wait() == 0, first.stderr.read()
    assert second.returncode == 0, said
    assert said == "Waiting for another ./lineup that is installing the packages\n"


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
