"""Two checkouts on one machine find ports beside each other, and each finds its own."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace

import psycopg2
import pytest

from lineup_local import ports
from lineup_local.daemons import Daemon
from lineup_local.errors import LocalError
from lineup_local.port_choice import STEP, as_running, chosen
from lineup_local.ports import Claim
from lineup_local.servers import Servers
from lineup_local.settings import CHECKOUT, PORTS, Settings

from .conftest import environment_of, free_row

GATEWAY = Claim("gateway_port", "the gateway")
PROBES = Claim("probe_port", "probes", 3)


@pytest.fixture
def movable(tmp_path):
    """`movable(gateway_port=…)` are settings of a new home, as if nobody had set them."""

    def settings(**fields):
        return Settings(home=tmp_path, may_move=frozenset(PORTS), **fields)

    return settings


def low_port() -> int:
    """A free port with room above for others to move to."""
    return next(p for p in range(20000, 24000, 7) if ports.is_free(p))


class TestChoosing:
    def test_a_free_port_is_the_one_that_is_used(self, movable, capsys):
        port = low_port()

        with chosen(movable(gateway_port=port), [GATEWAY]) as settings:
            assert settings.gateway_port == port
        assert capsys.readouterr().err == ""

    def test_a_taken_port_moves_and_that_is_told(self, movable, capsys):
        port = low_port()
        with (
            socket.create_server(("127.0.0.1", port)),
            chosen(movable(gateway_port=port), [GATEWAY]) as settings,
        ):
            moved = settings.gateway_port
            assert ports.is_free(moved)

        assert (moved - port) % STEP == 0
        assert moved != port
        assert f"the gateway {moved}" in capsys.readouterr().err

    def test_a_row_moves_when_any_of_it_is_taken(self, movable):
        first = low_port()
        with (
            socket.create_server(("127.0.0.1", first + 2)),
            chosen(movable(probe_port=first), [PROBES]) as settings,
        ):
            assert settings.probe_port != first

    def test_what_another_start_has_chosen_is_taken_before_anybody_listens(
        self, movable
    ):
        port = low_port()
        with (
            chosen(movable(gateway_port=port), [GATEWAY]) as first,
            chosen(movable(gateway_port=port), [GATEWAY]) as second,
        ):
            assert first.gateway_port == port
            assert second.gateway_port != port

    def test_a_port_that_somebody_set_is_refused_when_taken(self, tmp_path):
        first = free_row(3)
        settings = Settings(home=tmp_path, probe_port=first)
        with (
            socket.create_server(("127.0.0.1", first + 1)),
            pytest.raises(LocalError, match="LINEUP_PROBE_PORT") as told,
            chosen(settings, [PROBES]),
        ):
            pass

        assert f"Port {first + 1} " in told.value.message
        assert f"(process {os.getpid()})" in told.value.message


START = """
import sys
from pathlib import Path
from lineup_local.port_choice import chosen
from lineup_local.settings import Settings
from lineup_local.servers import CLAIMS
from lineup_local import up
home, shift = Path(sys.argv[1]), int(sys.argv[2])
settings = Settings(home=home)
ports = {name: port + shift for name, port in settings.ports.items()}
settings = Settings(home=home, may_move=frozenset(ports), **ports)
print("there", flush=True)
sys.stdin.readline()
with chosen(settings, (*CLAIMS, *up.CLAIMS)) as settings:
    print(*settings.ports.values(), flush=True)
    sys.stdin.readline()
"""


def test_starts_at_the_same_moment_choose_different_ports(tmp_path):
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(tmp_path / str(number)), "5000"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    for each in starts:
        assert each.stdout.readline() == "there\n"
    for each in starts:
        each.stdin.write("go\n")
        each.stdin.flush()
    found = [int(port) for each in starts for port in each.stdout.readline().split()]
    for each in starts:
        each.communicate("end\n", timeout=60)

    assert len(found) == 4 * len(PORTS)
    assert len(set(found)) == len(found)


class TestRemembering:
    def test_what_runs_is_found_where_it_listens(self, movable):
        settings = movable()
        record = Daemon(
            name="any", command=(), folder=settings.home, ports={"mail_port": 21025}
        )
        record.remember(os.getpid())

        assert as_running(settings).mail_port == 21025

    def test_a_record_of_a_dead_run_is_not_believed(self, movable):
        settings = movable()
        gone = {"pid": os.getpid(), "started": 1.0, "ports": {"mail_port": 21025}}
        (settings.home / "any.process").write_text(json.dumps(gone))

        assert as_running(settings) == settings


def test_a_second_checkout_starts_servers_beside_those_of_the_first(
    servers, other_settings
):
    """Both answer; another process of the second home finds them, until they end."""
    second = replace(
        other_settings, **servers.settings.ports, may_move=frozenset(PORTS)
    )

    with Servers(second).in_use() as beside:
        assert beside.settings.postgres_port != servers.postgres.port
        psycopg2.connect(f"{beside.postgres.uri}/postgres").close()
        assert beside.rabbitmq.answers()
        assert servers.postgres.answers()
        assert servers.rabbitmq.answers()
        told = printed_environment(second.home)
        assert f"{beside.postgres.uri}/billing" in told
        assert f"AMQP_URI={beside.rabbitmq.uri}\n" in told

    assert f":{beside.postgres.port}/" not in printed_environment(second.home)


def printed_environment(home) -> str:
    names = environment_of(Settings(home=home))
    kept = {name: v for name, v in names.items() if not name.endswith("_PORT")}
    return subprocess.run(
        [CHECKOUT / "lineup", "environment", "billing"],
        env=kept,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
