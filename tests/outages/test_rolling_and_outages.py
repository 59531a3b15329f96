"""Under a constant load every copy of every service is replaced, then the broker stays
away for a minute: no player notices, no order is lost or doubled (OP-01, OP-16, OP-19).
"""

import itertools
import threading
import time
from contextlib import ExitStack

import pytest
import requests
from cluster import Cluster, Load, status_text
from running import a_woo_order, free_ports, until

from lineup_local.up import SERVICES

AWAY_SECONDS = 60
DELIVERIES = 3
CALLS = ("/customers?limit=5", "/users?limit=5", "/subscriptions?limit=5", "/me")
ON_THE_BUS = ("accounts", "billing", "playlists", "notifications", "gateway")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    system = Cluster(tmp_path_factory.mktemp("cluster") / ".lineup", free_ports())
    with ExitStack() as stack:
        system.start_all(stack)
        yield system


class Shop:
    """Sends a new order each time it is asked; knows which were taken.

    What is answered by 503 was not taken: it is delivered again, as shops do.
    """

    def __init__(self, cluster, name, first):
        self.taken = []
        self._cluster = cluster
        self._name = name
        self._numbers = itertools.count(first)

    def email(self, number):
        return f"{self._name}{number}@example.org"

    def order(self):
        number = next(self._numbers)
        body = a_woo_order(number, self.email(number))
        for _ in range(DELIVERIES):
            answer = self._cluster.order(body, delivery=f"{self._name}-{number}")
            if answer.status_code != 503:
                break
        if answer.status_code == 200:
            self.taken.append(self.email(number))
        return status_text(answer)


class Player:
    """Fetches what somebody watches, from whichever copy."""

    def __init__(self, cluster):
        self._cluster = cluster
        until(cluster.is_settled, "earlier orders to show in playlists", 120)
        (user, *_) = cluster.partner().get("/users")["items"]
        self._link = user["playlist_url"].split("/p/")[1]
        self._first = self._fetch("").content

    def playlist(self):
        answer = self._fetch("")
        whole = answer.content == self._first
        return (
            status_text(answer)
            if whole
            else f"{status_text(answer)}, but another playlist"
        )

    def guide(self):
        answer = self._fetch(".xml")
        whole = answer.content.rstrip().endswith(b"</tv>")
        return (
            status_text(answer) if whole else f"{status_text(answer)}, but half a guide"
        )

    def _fetch(self, ending):
        link = self._link.removesuffix(".m3u8") + (ending or ".m3u8")
        return requests.get(f"{self._cluster.url('GATEWAY')}/p/{link}", timeout=10)


@pytest.mark.feature("OP-11")
@pytest.mark.timeout(900)
def test_every_copy_is_replaced_and_nobody_notices(cluster):
    shop, player, load = Shop(cluster, "rolling", 71_000), Player(cluster), Load()
    api = cluster.partner()
    calls = itertools.cycle(CALLS)

    with load.going_on(
        order=(2, shop.order),
        playlist=(12, player.playlist),
        guide=(1, player.guide),
        call=(4, lambda: status_text(cluster.get(api, next(calls)))),
        page=(
            1,
            lambda: status_text(
                requests.get(cluster.url("GATEWAY") + "/sign-in", timeout=15)
            ),
        ),
    ):
        until(lambda: len(shop.taken) > 3, "the load to begin")
        ended = {
            (service, number): cluster.replace(old)
            for service in SERVICES
            for number, old in enumerate(list(cluster.of(service)))
        }

    assert set(ended.values()) == {0}, ended
    for kind in ("playlist", "guide", "order", "call", "page"):
        assert load.of(kind).keys() == {"200"}, (kind, load.of(kind))
    assert load.of("playlist")["200"] > 100
    assert_each_order_acted_once(cluster, shop)


@pytest.mark.feature("OP-19", "OP-02")
@pytest.mark.timeout(900)
def test_a_minute_without_the_broker(cluster):
    shop, player, load = Shop(cluster, "outage", 72_000), Player(cluster), Load()

    with load.going_on(
        order=(2, shop.order), playlist=(12, player.playlist), guide=(1, player.guide)
    ):
        until(lambda: len(shop.taken) > 3, "the load to begin")
        cluster.broker.stop()
        stopped = time.monotonic()
        before = len(shop.taken)
        until(lambda: not any(map(is_ready, on_the_bus(cluster))), "nobody to be ready")
        assert all(copy.is_ok("livez") for copy in cluster.copies)
        threading.Event().wait(AWAY_SECONDS - (time.monotonic() - stopped))
        assert all(copy.is_ok("livez") for copy in cluster.copies)
        assert len(shop.taken) > before + AWAY_SECONDS / 2
        cluster.broker.start()
        cluster.broker.wait()
        until(lambda: all(map(is_ready, cluster.copies)), "everybody to be ready again")

    for kind in ("playlist", "guide", "order"):
        assert load.of(kind).keys() == {"200"}, (kind, load.of(kind))
    assert load.of("playlist")["200"] > 300
    assert_each_order_acted_once(cluster, shop)


def on_the_bus(cluster):
    return [copy for service in ON_THE_BUS for copy in cluster.of(service)]


def is_ready(copy):
    return copy.is_ok("readyz")


def assert_each_order_acted_once(cluster, shop):
    """One customer, one running subscription, one mail for each order taken."""
    expected = set(shop.taken)
    assert len(expected) == len(shop.taken) > 10
    until(lambda: expected <= set(cluster.receivers()), "every mail", 120)
    until(cluster.is_settled, "all events to be consumed", 120)
    receivers = cluster.receivers()
    assert {to: receivers.count(to) for to in expected} == dict.fromkeys(expected, 1)

    api = cluster.partner()
    customers = [
        row for row in api.every("/customers") if row["person"]["email"] in expected
    ]
    assert len(customers) == len(expected)
    ids = {row["id"] for row in customers}
    bought = [row for row in api.every("/subscriptions") if row["customer_id"] in ids]
    assert len(bought) == len(expected)
    assert {row["state"] for row in bought} == {"running"}
    report = api.get("/ledger/check")
    assert (report["unbalanced_transfers"], report["wrong_wallets"]) == ([], [])
    dead_letters = [
        queue for queue in cluster.queues() if queue["name"].endswith(".dlq")
    ]
    assert sum(queue.get("messages", 0) for queue in dead_letters) == 0
