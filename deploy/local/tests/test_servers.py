"""Private servers: they start once, survive crashes, and end without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from ipaddress import ip_address

import psutil
import psycopg2
import pytest
from kombu import Connection

from lineup_local.daemons import Daemon, is_alive
from lineup_local.errors import LocalError
from lineup_local.servers import Servers
from lineup_local.settings import Settings

from .conftest import environment_of


def processes_of(servers: Servers) -> list[psutil.Process]:
    daemons = (
        servers.postgres.daemon,
        servers.rabbitmq.daemon,
        servers.rabbitmq.names,
    )
    return [daemon.process() for daemon in daemons]


def ids(processes) -> list[int]:
    return [process.pid for process in processes]


def execute(servers: Servers, statement: str) -> list:
    with closing(psycopg2.connect(f"{servers.postgres.uri}/postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


class TestStarting:
    def test_both_answer_with_their_own_passwords(self, servers):
        assert execute(servers, "SELECT current_user") == [("lineup",)]
        with Connection(servers.rabbitmq.uri, connect_timeout=10) as connection:
            connection.connect()

    def test_nobody_gets_in_without_the_password(self, servers):
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(
                f"postgresql://lineup:guess@127.0.0.1:{servers.postgres.port}/postgres"
            )

    def test_a_second_start_leaves_them_alone(self, servers):
        before = ids(processes_of(servers))

        servers.start()

        assert ids(processes_of(servers)) == before

    def test_they_listen_on_the_loopback_only(self, servers):
        listening = [
            ip_address(connection.laddr.ip)
            for process in processes_of(servers)
            for connection in process.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert len(listening) >= 5
        assert all(address.is_loopback for address in listening)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root runs them as others")
    def test_they_do_not_run_as_root(self, servers):
        assert "root" not in [process.username() for process in processes_of(servers)]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root runs them as others")
    def test_a_home_that_others_cannot_enter_is_left_for_one_they_can(self, servers):
        assert str(servers.postgres.folder).startswith("/var/tmp/lineup-")
        assert servers.settings.home.stat().st_mode & 0o077 == 0


class TestAfterACrash:
    def test_killed_servers_start_again_with_all_they_kept(self, servers):
        execute(servers, "CREATE TABLE kept AS SELECT 42 AS answer")
        servers.postgres.kill()
        servers.rabbitmq.kill()

        servers.start()

        assert execute(servers, "SELECT answer FROM kept") == [(42,)]
        assert servers.rabbitmq.answers()

    def test_a_lost_record_does_not_lose_the_server(self, servers):
        before = servers.postgres.daemon.process()
        servers.postgres.daemon.record.unlink()

        servers.start()

        assert servers.postgres.daemon.process() == before

    def test_a_lock_file_that_names_a_stranger_is_no_obstacle(self, servers):
        servers.postgres.stop()
        lock = servers.postgres.folder / "data" / "postmaster.pid"
        lock.write_text(f"{os.getpid()}\n")

        servers.start()

        assert execute(servers, "SELECT 1") == [(1,)]

    def test_a_stale_record_never_ends_a_stranger(self, tmp_path):
        stranger = subprocess.Popen(["sleep", "60"])
        daemon = Daemon(name="old", command=("true",), folder=tmp_path)
        started_before_the_boot = psutil.boot_time() - 3600
        daemon.record.write_text(
            json.dumps({"pid": stranger.pid, "started": started_before_the_boot})
        )

        daemon.stop(signal.SIGKILL)

        assert stranger.poll() is None
        stranger.kill()
        stranger.wait()


USER = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job behind & ignores it
from dataclasses import fields
from pathlib import Path
from lineup_local.servers import Servers
from lineup_local.settings import read
with Servers(read()).in_use():
    print("using", flush=True)
    time.sleep(60)
"""


def another_user(settings: Settings) -> subprocess.Popen:
    user = subprocess.Popen(
        [sys.executable, "-c", USER],
        env=environment_of(settings),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout.readline() == "using\n"
    return user


def end(user: subprocess.Popen, number: int) -> None:
    user.send_signal(number)
    user.communicate(timeout=60)


class TestUsers:
    def test_the_last_one_to_leave_stops_them_without_a_trace(self, servers):
        with servers.in_use():
            other = another_user(servers.settings)
            end(other, signal.SIGINT)
            assert servers.postgres.answers()
            families = [
                member
                for process in processes_of(servers)
                for member in [process, *process.children(recursive=True)]
            ]
            assert len(families) > 3

        assert not [member for member in families if is_alive(member)]
        servers.stop()  # once more is harmless

    def test_who_was_killed_counts_no_longer_and_leaves_them_to_the_next(self, servers):
        other = another_user(servers.settings)
        processes = processes_of(servers)
        end(other, signal.SIGKILL)
        assert all(is_alive(process) for process in processes)

        with servers.in_use():
            assert processes_of(servers) == processes

        assert not [process for process in processes if is_alive(process)]


class TestATakenPort:
    @pytest.mark.parametrize("field", ["postgres_port", "rabbitmq_management_port"])
    def test_one_sentence_names_the_port_its_holder_and_the_setting(
        self, other_settings, field
    ):
        port = getattr(other_settings, field)
        servers = Servers(other_settings)
        with (
            socket.create_server(("127.0.0.1", port)),
            pytest.raises(LocalError) as refusal,
        ):
            getattr(servers, field.partition("_")[0]).start()
        servers.stop()

        sentence = refusal.value.message
        assert f"Port {port} " in sentence
        assert f"(process {os.getpid()})" in sentence
        assert f"LINEUP_{field.upper()}" in sentence


def test_a_program_that_ends_at_once_is_told_with_its_words(tmp_path):
    daemon = Daemon(
        name="brief", command=("sh", "-c", "echo no such luck"), folder=tmp_path
    )
    daemon.start()

    with pytest.raises(LocalError, match=r"(?s)ended while starting.*no such luck"):
        daemon.wait_until(lambda: False, seconds=20)


def test_a_program_that_never_gets_ready_is_told_within_the_limit(tmp_path):
    daemon = Daemon(name="slow", command=("sleep", "60"), folder=tmp_path)
    daemon.start()
    began = time.monotonic()

    with pytest.raises(LocalError, match="not ready after 1 seconds"):
        daemon.wait_until(lambda: False, seconds=1)

    assert time.monotonic() - began < 10
    daemon.stop(signal.SIGTERM)
