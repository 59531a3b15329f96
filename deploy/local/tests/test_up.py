"""Everything up and down again, by the command that people use."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from lineup_local.demo.installation import FILLING
from lineup_local.environment import installation
from lineup_local.ready import is_ready, probes
from lineup_local.servers import Servers
from lineup_local.settings import CHECKOUT
from lineup_local.up import Supervisor

from .conftest import environment_of

UP_SECONDS = 180
pytestmark = pytest.mark.timeout(2 * UP_SECONDS)


class Ups:
    """Runs of `./lineup up` in one home, one after the other."""

    def __init__(self, settings, folder: Path) -> None:
        self.settings = settings
        self.log = folder / "up.log"
        self.process: subprocess.Popen | None = None

    def start(self, **environment) -> None:
        if self.process is not None:
            self.process.wait(60)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [CHECKOUT / "lineup", "up"],
                env={**environment_of(self.settings), **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + UP_SECONDS
        while text not in self.output():
            assert self.process.poll() is None, self.output()[-3000:]
            assert time.monotonic() < end, self.output()[-3000:]
            time.sleep(0.1)

    def up(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.start()
        self.wait_for("Lineup is up.")

    def lineup(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [CHECKOUT / "lineup", *words],
            env=environment_of(self.settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=UP_SECONDS,
        )

    def processes(self) -> list[psutil.Process]:
        return Supervisor(self.settings)._leftovers()


@pytest.fixture(scope="module")
def ups(settings, tmp_path_factory):
    made = Ups(settings, tmp_path_factory.mktemp("logs"))
    yield made
    made.lineup("forget")
    if made.process is not None:
        made.process.wait(60)


def wait_until(happened, seconds=60):
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_service_that_is_killed_comes_back(ups):
    ups.up()
    address = probes(installation(ups.settings))["billing"]
    words = ["lineup.bus.run", "billing"]
    (victim,) = [p for p in ups.processes() if p.cmdline()[-2:] == words]

    victim.kill()

    wait_until(lambda: not is_ready(address))
    wait_until(lambda: is_ready(address))


def test_a_second_up_is_refused_in_one_sentence(ups):
    ups.up()

    done = ups.lineup("up")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: Lineup is up already (process ")


def test_the_demo_is_printed_as_shell_variables(ups):
    ups.up()
    printed = ups.lineup("demo").stdout
    address = f"LINEUP=http://127.0.0.1:{ups.settings.gateway_port}"
    assert address in printed.splitlines()


def test_another_terminal_finds_what_runs_without_being_told_its_ports(ups):
    ups.up()
    told = {"LINEUP_HOME": str(ups.settings.home)}
    done = subprocess.run(
        [CHECKOUT / "lineup", "demo"],
        env={n: v for n, v in os.environ.items() if not n.startswith("LINEUP_")} | told,
        capture_output=True,
        text=True,
        check=True,
        timeout=UP_SECONDS,
    )

    lines = done.stdout.splitlines()
    assert f"LINEUP=http://127.0.0.1:{ups.settings.gateway_port}" in lines
    assert f"MAIL=http://127.0.0.1:{ups.settings.mail_http_port}" in lines


def test_a_killed_supervisor_leaves_nothing_the_next_start_minds(ups):
    ups.up()
    before = ups.processes()
    ups.process.send_signal(signal.SIGKILL)
    ups.process.wait(10)

    ups.up()

    assert not set(before) & set(ups.processes())


def test_down_ends_all_and_tells_so_once(ups):
    ups.up()

    assert ups.lineup("down").stdout == "Lineup is stopped.\n"

    assert ups.process.wait(60) == 128 + signal.SIGTERM
    assert ups.processes() == []
    assert ups.lineup("down").stdout == "Lineup was not running.\n"


def test_a_taken_port_is_told_before_anything_starts(ups):
    ups.lineup("down")
    with socket.create_server(("127.0.0.1", ups.settings.gateway_port)):
        done = ups.lineup("up")

    assert done.returncode == 1
    assert f"Port {ups.settings.gateway_port} " in done.stderr
    assert f"(process {os.getpid()})" in done.stderr
    assert "LINEUP_GATEWAY_PORT" in done.stderr


def test_a_part_that_does_not_come_up_ends_all_with_its_last_lines(ups):
    ups.lineup("down")
    with Servers(ups.settings).in_use():  # they may take longer than the rest here
        ups.start(WEB_CONCURRENCY="many", LINEUP_START_SECONDS="15")

        assert ups.process.wait(UP_SECONDS) == 1

    assert "gateway did not come up. Its last lines:" in ups.output()
    assert ups.processes() == []


def test_after_an_interrupted_filling_all_is_made_anew(other_settings):
    with Supervisor(other_settings)._supervising():
        (other_settings.home / FILLING).touch()
        half = Servers(other_settings).postgres.folder / "data"
        half.mkdir()
        kept = other_settings.home / "tools"
        kept.mkdir()

    with Supervisor(other_settings)._supervising():
        pass

    assert not (other_settings.home / FILLING).exists()
    assert not half.exists()
    assert kept.exists()
