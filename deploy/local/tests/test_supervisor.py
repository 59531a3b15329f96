"""A kept program comes back when it dies, and goes when it should."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from lineup_local.daemons import is_alive


def wait_for(happened, seconds=60.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := happened():
            return found
        time.sleep(0.05)
    raise AssertionError(f"it did not happen in {seconds} s")


@pytest.fixture
def keep(tmp_path):
    """`keep(command)` keeps a shell command running; its output is in the log."""
    log = tmp_path / "log"
    keepers = []

    def keep(command, owner=None):
        words = [
            "-m",
            "lineup_local.supervisor",
            "part",
            str(owner or os.getpid()),
            str(log),
        ]
        keepers.append(
            subprocess.Popen(
                [sys.executable, *words, "sh", "-c", command], stdout=subprocess.DEVNULL
            )
        )
        wait_for(lambda: log.exists() and log.read_text())
        return keepers[-1], log

    yield keep
    for supervisor in keepers:
        supervisor.terminate()
        supervisor.wait(30)


def started_in(log) -> list[int]:
    lines = log.read_text().splitlines()
    return [int(line.split()[1]) for line in lines if line.startswith("started")]


def test_a_program_that_dies_is_started_again(keep):
    _, log = keep("echo started $$; exec sleep 60")
    first = started_in(log)[0]

    os.kill(first, signal.SIGKILL)

    second = wait_for(lambda: started_in(log)[1:])[0]
    assert psutil.Process(second).name() == "sleep"


def test_a_program_that_cannot_live_is_not_started_without_pause(keep):
    _, log = keep("echo started $$")
    time.sleep(2.5)
    assert len(started_in(log)) <= 2


def test_stopping_the_keeper_stops_the_program_once_and_for_all(keep):
    script = (
        "trap 'echo asked; exit 0' TERM; echo started $$; while :; do sleep .1; done"
    )
    supervisor, log = keep(script)

    supervisor.terminate()
    supervisor.wait(20)

    assert log.read_text().splitlines().count("asked") == 1
    assert len(started_in(log)) == 1


def test_the_program_goes_when_the_owner_was_killed(keep):
    owner = subprocess.Popen(["sleep", "60"])
    supervisor, log = keep("echo started $$; exec sleep 60", owner.pid)
    program = psutil.Process(started_in(log)[0])

    owner.kill()
    owner.wait()

    assert supervisor.wait(20) == 0
    assert not is_alive(program)
