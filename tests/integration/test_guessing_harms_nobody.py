"""Wrong passwords, by the thousand: who guesses waits, and owners and homes go on.

Each test speaks from loopback addresses of its own, as callers elsewhere would.
"""

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests
from factories import Tenant
from requests.adapters import HTTPAdapter
from running import until

NUMBERS = itertools.count(1)
PLAYERS_GONE_WILD = 8


class From(HTTPAdapter):
    """Connects from one address of this machine."""

    def __init__(self, address):
        self._address = address
        super().__init__()

    def init_poolmanager(self, *credentials, **more):
        super().init_poolmanager(
            *credentials, source_address=(self._address, 0), **more
        )


@contextmanager
def calls_from(address):
    """One caller, with a connection that is kept."""
    with requests.Session() as session:
        session.mount("http://", From(address))
        yield session


@pytest.fixture
def address():
    """`address()` is one that nobody has spoken from yet."""
    return lambda: f"127.9.{next(NUMBERS)}.1"


@pytest.fixture
def player(lineup):
    """A new user of the demo partner: its name, password and link.

    Each test has its own, since one that asked without end is held back for a while.
    """
    demo = lineup.demo
    partner = Tenant(lineup, demo["partner_username"], demo["partner_password"])
    user = partner.user(partner.customer())
    link = user["playlist_url"]
    until(lambda: requests.get(link, timeout=20).ok, "the new link to be served")
    return {**user["xtream"], "link": link}


def tried(lineup, caller, username, password, times=1):
    """Sign in by REST: the answers."""
    credentials = {"username": username, "password": password}
    url = f"{lineup.url('GATEWAY')}/api/v1/tokens"
    return [caller.post(url, json=credentials, timeout=20) for _ in range(times)]


def statuses(answers):
    return [answer.status_code for answer in answers]


def test_wrong_sign_ins_are_slowed_down_and_the_owner_is_not(lineup, address):
    name = lineup.demo["partner_username"]
    password = lineup.demo["partner_password"]
    home = address()
    with calls_from(home) as owner, calls_from(address()) as stranger:
        assert statuses(tried(lineup, owner, name, password)) == [201]
        answers = tried(lineup, stranger, name, "wrong", 14)

        assert statuses(answers)[:10] == [401] * 10
        assert 429 in statuses(answers)[10:]
        held_up = next(answer for answer in answers if answer.status_code == 429)
        assert int(held_up.headers["Retry-After"]) >= 1
        assert held_up.json()["code"] == "too_many_requests"
        assert statuses(tried(lineup, owner, name, password)) == [201]

        assert 429 in statuses(tried(lineup, owner, name, "wrong", 14))
        assert statuses(tried(lineup, owner, name, password)) == [201]
    with calls_from(address()) as anew:
        assert statuses(tried(lineup, anew, name, password)) == [201]


def test_a_thousand_wrong_player_passwords_are_looked_at_ten_times(
    lineup, player, address
):
    base = lineup.url("GATEWAY")
    right = f"username={player['username']}&password={player['password']}"
    home = address()
    with calls_from(home) as tv, calls_from(address()) as stranger:
        assert tv.get(f"{base}/get.php?{right}", timeout=20).status_code == 200
        for caller in (stranger, tv):
            answers = [
                caller.get(
                    f"{base}/get.php?username={player['username']}&password={number}",
                    timeout=20,
                )
                for number in range(1000)
            ]
            # Both workers count together; while pauses of seconds end, a few more.
            assert 10 <= statuses(answers).count(401) <= 20
            assert all(
                "Retry-After" in a.headers for a in answers if a.status_code == 429
            )
        assert tv.get(f"{base}/get.php?{right}", timeout=20).status_code == 200
        assert stranger.get(player["link"], timeout=20).status_code == 200


def test_a_user_that_fetches_without_end_is_told_to_wait(lineup, player, address):
    sources = [address() for _ in range(PLAYERS_GONE_WILD)]
    with ThreadPoolExecutor(PLAYERS_GONE_WILD) as crowd:
        answers = list(
            crowd.map(lambda source: fetched(player["link"], source), sources)
        )
    waits = [seconds for seconds in answers if seconds]
    assert waits
    assert min(waits) >= 1


def fetched(link, address):
    """Fetch the head of a playlist until one is told to wait: for how long."""
    with calls_from(address) as caller:
        for _ in range(1000):
            answer = caller.head(link, timeout=60)
            if answer.status_code == 429:
                return int(answer.headers["Retry-After"])
    return 0
