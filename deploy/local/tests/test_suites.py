"""A suite that cannot run is told of, and is no success to who asked for it."""

import os
import subprocess
import sys

from lineup_local.settings import CHECKOUT


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
