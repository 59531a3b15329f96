"""A suite that cannot run is told of; what needs no server runs without one."""

import os
import subprocess
import sys

import pytest

from lineup.testing.plugin import QUICK
from lineup_local.settings import CHECKOUT
from lineup_local.suites import SUITES, _alone_and_beside, _suite_of, _workers


@pytest.mark.parametrize(
    ("path", "suite"),
    [
        ("tests", "tests"),
        ("tests/deploy/test_keys.py::test_what", "tests"),
        ("tests/browser", "browser"),
        ("tests/outages/cluster.py", "outages"),
        ("benchmarks", ""),
    ],
)
def test_a_path_belongs_to_the_innermost_suite(path, suite):
    assert _suite_of(path) == suite


def test_a_suite_whose_programs_cannot_be_had_fails_and_is_told_of(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "lineup.command", "test", "browser", QUICK],
        cwd=CHECKOUT,
        # A machine with no programs, and none to install them.
        env={**os.environ, "PATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert done.returncode == 1
    last = done.stdout.splitlines()[-1]
    assert last.startswith("NOT RUN: tests/browser, for chromium is not installed")


def test_without_an_engine_the_tests_of_containers_are_said_not_to_run(tmp_path):
    kept = {name: v for name, v in os.environ.items() if "LINEUP_TEST" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "lineup.command", "test", "containers"],
        cwd=CHECKOUT,
        # A machine with no programs: no engine answers, and none can be installed.
        env={**kept, "PATH": str(tmp_path), "LINEUP_HOME": str(tmp_path / "home")},
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert done.returncode == 1
    last = done.stdout.splitlines()[-1]
    assert last.startswith("NOT RUN: deploy/containers/tests, for ")
    assert "docker" in last.lower()


def test_quick_tests_run_without_servers_and_the_others_are_left_out(tmp_path):
    names = {name: v for name, v in os.environ.items() if "LINEUP_TEST" not in name}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "lineup.command", "test"),
            *("deploy/local/tests/test_ports.py", "deploy/local/tests/test_schemas.py"),
            *("--quick", "-k", "alembic_finds or is_behind"),
        ],
        cwd=CHECKOUT,
        env={**names, "LINEUP_HOME": str(tmp_path / "home")},
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert done.returncode == 0, done.stdout
    assert "\n4 passed, 0 failed" in done.stdout
    assert "Servers:" not in done.stdout
    assert not list(tmp_path.glob("home/postgres*"))


@pytest.mark.parametrize(
    ("paths", "options", "is_shared_out"),
    [
        ([SUITES["gateway"]], [QUICK], True),
        ([SUITES["gateway"]], [], False),
        ([SUITES["gateway"]], [QUICK, "-k", "money"], False),
        ([SUITES["accounts"]], [QUICK], False),
    ],
)
def test_only_a_long_suite_without_servers_is_shared_out(paths, options, is_shared_out):
    assert bool(_workers(paths, options)) is is_shared_out


def test_what_keeps_the_whole_machine_busy_runs_beside_nothing():
    runs = [[SUITES["tests"]], [SUITES["outages"]], ["tests/outages/cluster.py"]]

    assert _alone_and_beside(runs) == ([[SUITES["outages"]]], [runs[0], runs[2]])
