"""Where an engine answers, tests of any suite get their servers in containers."""

import os
import subprocess
import sys

import pytest

from lineup_local.settings import CHECKOUT

SUITE = "shared/tests/test_testing.py"
SECONDS = 400


@pytest.mark.feature("OP-15")
@pytest.mark.timeout(SECONDS + 30)
def test_fixtures_are_served_in_containers(images, tmp_path):
    given = {name: v for name, v in os.environ.items() if "LINEUP_TEST" not in name}
    images.run("version")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", SUITE],
        cwd=CHECKOUT,
        env={
            **given,
            "DOCKER_HOST": images.host,
            "LINEUP_HOME": str(tmp_path / "home"),
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert not (tmp_path / "home").exists(), "private instances were started instead"
    assert "skipped" not in done.stdout
