"""Under a constant load every copy of every service is replaced, then the broker stays
away for a minute: no player notices, no order is lost or doubled (OP-01, OP-16, OP-19).
"""

import itertools
import threading
import time
from contextlib import ExitStack

import pytest
import requests
from fleet import Fleet, Load, told
from running import a_woo_order, free_ports, until

from lineup_local.up import SERVICES

AWAY_SECONDS = 60
CALLS = ("/customers?limit=5", "/users?limit=5", "/subscriptions?limit=5", "/me")
ON_THE_BUS = ("accounts", "billing", "playlists", "notifications", "gateway")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    system = Fleet(tmp_path_factory.mktemp("fleet") / ".lineup", free_ports())
    with ExitStack() as stack:
        system.rise(stack)
        yield system


class Shop:
    """Sends a new order each time it is asked; knows which were taken."""

    def __init__(self, fleet, name, first):
        self.taken = []
        self._fleet = fleet
        self._name = name
        self._numbers = itertools.count(first)

    def email(self, number):
        return f"{self._name}{number}@example.org"

    def order(self):
        number = next(self._numbers)
        body = a_woo_order(number, self.email(number))
        answer = self._fleet.order(body, delivery=f"{self._name}-{number}")
        if answer.status_code == 200:
            self.taken.append(self.email(number))
        return told(answer)


class Player:
    """Fetches what somebody watches, from whichever copy."""

    def __init__(self, fleet):
        self._fleet = fleet
        (user, *_) = fleet.partner().get("/users")["items"]
        self._link = user["playlist_url"].split("/p/")[1]
        self._first = self._fetch("").content

    def playlist(self):
        answer = self._fetch("")
        whole = answer.content == self._first
        return told(answer) if whole else f"{told(answer)}, but another playlist"

    def guide(self):
        answer = self._fetch(".xml")
        whole = answer.content.rstrip().endswith(b"</tv>")
        return told(answer) if whole else f"{told(answer)}, but half a guide"

    def _fetch(self, ending):
        link = self._link.removesuffix(".m3u8") + (ending or ".m3u8")
        return requests.get(f"{self._fleet.url('GATEWAY')}/p/{link}", timeout=10)


@pytest.mark.feature("OP-11")
@pytest.mark.timeout(900)
def test_every_copy_is_replaced_and_nobody_notices(fleet):
    shop, player, load = Shop(fleet, "rolling", 71_000), Player(fleet), Load()
    api = fleet.partner()
    calls = itertools.cycle(CALLS)

    with load.going_on(
        order=(2, shop.order),
        playlist=(12, player.playlist),
        guide=(1, player.guide),
        call=(4, lambda: told(fleet.asks(api, next(calls)))),
        page=(
            1,
            lambda: told(requests.get(fleet.url("GATEWAY") + "/sign-in", timeout=15)),
        ),
    ):
        until(lambda: len(shop.taken) > 3, "the load to begin")
        ended = {
            (service, number): fleet.replace(old)
            for service in SERVICES
            for number, old in enumerate(list(fleet.of(service)))
        }

    assert set(ended.values()) == {0}, ended
    for kind in ("playlist", "guide", "order", "call", "page"):
        assert load.of(kind).keys() == {"200"}, (kind, load.of(kind))
    assert load.of("playlist")["200"] > 100
    assert_each_order_acted_once(fleet, shop)


@pytest.mark.feature("OP-19", "OP-02")
@pytest.mark.timeout(900)
def test_a_minute_without_the_broker(fleet):
    shop, player, load = Shop(fleet, "outage", 72_000), Player(fleet), Load()

    with load.going_on(
        order=(2, shop.order), playlist=(12, player.playlist), guide=(1, player.guide)
    ):
        until(lambda: len(shop.taken) > 3, "the load to begin")
        fleet.broker.stop()
        stopped = time.monotonic()
        before = len(shop.taken)
        until(lambda: not any(map(is_ready, on_the_bus(fleet))), "nobody to be ready")
        assert all(copy.says("livez") for copy in fleet.copies)
        threading.Event().wait(AWAY_SECONDS - (time.monotonic() - stopped))
        assert all(copy.says("livez") for copy in fleet.copies)
        assert len(shop.taken) > before + AWAY_SECONDS / 2
        fleet.broker.start()
        fleet.broker.wait()
        until(lambda: all(map(is_ready, fleet.copies)), "everybody to be ready again")

    for kind in ("playlist", "guide", "order"):
        assert load.of(kind).keys() == {"200"}, (kind, load.of(kind))
    assert load.of("playlist")["200"] > 300
    assert_each_order_acted_once(fleet, shop)


def on_the_bus(fleet):
    return [copy for service in ON_THE_BUS for copy in fleet.of(service)]


def is_ready(copy):
    return copy.says("readyz")


def assert_each_order_acted_once(fleet, shop):
    """One customer, one running subscription, one mail for each order taken."""
    expected = set(shop.taken)
    assert len(expected) == len(shop.taken) > 10
    until(lambda: expected <= set(fleet.receivers()), "every mail", 120)
    until(fleet.is_settled, "all events to be consumed", 120)
    receivers = fleet.receivers()
    assert {to: receivers.count(to) for to in expected} == dict.fromkeys(expected, 1)

    api = fleet.partner()
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
    aside = [queue for queue in fleet.queues() if queue["name"].endswith(".dlq")]
    assert sum(queue.get("messages", 0) for queue in aside) == 0
