"""Shops go on delivering while the database is frozen (WS-05): a drill."""

import os
import shutil
import signal
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import psutil
import pytest

from lineup.command.migrations import migrate
from lineup.errors import Unavailable
from lineup.testing.ports import free_port
from lineup_local.place import public_top
from lineup_local.postgres import Postgres
from lineup_local.settings import Settings

from .conftest import a_partner, woo
from .running import Running, wait_for

DELIVERIES = 160
"""Enough that the few which wait for the database are no twentieth of all."""
CALLERS = 24


class Server:
    """A PostgreSQL of this test's own, to be frozen."""

    def __init__(self, home):
        self.postgres = Postgres(Settings(home=home, postgres_port=free_port()))
        self.postgres.start()
        self.postgres.wait()
        self.uri = f"{self.postgres.uri}/postgres"

    @contextmanager
    def frozen(self):
        main = self.postgres.daemon.process()
        stopped = [psutil.Process(main.pid), *main.children(recursive=True)]
        for process in stopped:
            os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                os.kill(process.pid, signal.SIGCONT)


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    yield server
    server.postgres.stop()
    shutil.rmtree(public_top(tmp_path), ignore_errors=True)


@pytest.fixture
def amqp_uri(vhosts):
    return vhosts.fresh()


@pytest.fixture
def billing(server, amqp_uri, tmp_path):
    migrate("billing", server.uri)
    with Running(server.uri, amqp_uri, tmp_path / "log") as running:
        yield running


def timed(billing, shop, number):
    began = time.monotonic()
    order = woo(id=number, number=str(number))
    answer = billing.woo(shop, order, delivery=f"d{number}")
    return answer.status_code, time.monotonic() - began


def shops():
    return ThreadPoolExecutor(4)


@contextmanager
def callers_waiting(billing, owner, shop):
    """More calls than there are workers, all of them held up by the database."""

    def ask():
        with suppress(Unavailable):
            billing.orders(owner, shop)

    with ThreadPoolExecutor(CALLERS) as callers:
        asked = [callers.submit(ask) for _ in range(CALLERS)]
        yield
        assert not any(each.done() for each in asked)


@pytest.mark.feature("WS-05")
def test_answers_stay_quick_and_the_work_is_done_afterwards(billing, server):
    owner = a_partner(billing.database)
    shop = billing.connect(owner)
    assert timed(billing, shop, 1)[0] == 200
    wait_for(lambda: billing.orders(owner, shop))

    with server.frozen(), callers_waiting(billing, owner, shop), shops() as threads:
        answers = list(
            threads.map(lambda n: timed(billing, shop, n), range(2, DELIVERIES + 2))
        )
        # A repeat while it lasts is answered the same.
        assert timed(billing, shop, 2)[0] == 200

    assert {status for status, _ in answers} == {200}
    seconds = [seconds for _, seconds in answers]
    assert statistics.quantiles(seconds, n=20)[-1] < 0.5
    wait_for(lambda: len(billing.orders(owner, shop)) == DELIVERIES + 1)
    assert billing.delivery_count(shop) == DELIVERIES + 1
    assert timed(billing, shop, 99)[0] == 200


def test_without_database_and_broker_the_shop_is_told_to_come_again(
    billing, server, vhosts, amqp_uri
):
    owner = a_partner(billing.database)
    shop = billing.connect(owner)
    assert timed(billing, shop, 1)[0] == 200
    vhosts.drop(amqp_uri)

    with server.frozen():
        answer = billing.woo(shop, woo(id=2), delivery="d2")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0

    def is_kept_again():
        return billing.woo(shop, woo(id=2), delivery="d2").status_code == 200

    wait_for(is_kept_again)
    assert billing.delivery_count(shop) == 2
