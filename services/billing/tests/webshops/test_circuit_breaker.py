import threading
import time
from contextlib import suppress
from uuid import uuid4

import pytest

from billing.webshops import credential_cache as known
from billing.webshops.circuit_breaker import BackendUnavailable, CircuitBreaker
from billing.webshops.credential_cache import ShopCredentialCache, ShopKeys
from lineup.contracts.billing.shops import ShopKind

LIMIT = 5


@pytest.fixture
def gate():
    """Holds actions until the test opens it."""
    gate = threading.Event()
    yield gate
    gate.set()


def a_breaker(**changes):
    return CircuitBreaker(
        **({"seconds": 0.05, "at_once": 2, "rest_seconds": 60} | changes)
    )


class TestCircuitBreaker:
    def test_gives_what_the_action_gives(self):
        assert a_breaker().run(lambda: 7) == 7

    def test_raises_what_the_action_raises(self):
        with pytest.raises(KeyError):
            a_breaker().run(lambda: {}["x"])

    def test_waits_no_longer_than_it_says(self, gate):
        began = time.monotonic()

        with pytest.raises(BackendUnavailable):
            a_breaker().run(lambda: gate.wait(LIMIT))
        assert time.monotonic() - began < 1

    def test_what_took_too_long_still_ends(self, gate):
        done = threading.Event()
        with pytest.raises(BackendUnavailable):
            a_breaker().run(lambda: gate.wait(LIMIT) and done.set())

        gate.set()

        assert done.wait(LIMIT)

    def test_afterwards_others_are_told_at_once(self, gate):
        breaker = a_breaker()
        with pytest.raises(BackendUnavailable):
            breaker.run(lambda: gate.wait(LIMIT))

        with pytest.raises(BackendUnavailable, match="recently"):
            breaker.run(lambda: 7)

    def test_after_a_rest_one_tries_again(self, gate):
        breaker = a_breaker(rest_seconds=0.01)
        with pytest.raises(BackendUnavailable):
            breaker.run(lambda: gate.wait(LIMIT))
        time.sleep(0.02)

        with pytest.raises(BackendUnavailable, match="No answer"):
            breaker.run(lambda: gate.wait(LIMIT))

    def test_a_late_answer_ends_the_rest(self, gate):
        breaker = a_breaker()
        answered = threading.Event()
        with pytest.raises(BackendUnavailable):
            breaker.run(lambda: gate.wait(LIMIT))
        gate.set()

        end = time.monotonic() + LIMIT
        while not answered.is_set() and time.monotonic() < end:
            with suppress(BackendUnavailable):
                breaker.run(answered.set)
        assert answered.is_set()

    def test_an_error_is_no_answer(self, gate):
        breaker = a_breaker()

        def fail_late():
            gate.wait(LIMIT)
            raise KeyError

        with pytest.raises(BackendUnavailable):
            breaker.run(fail_late)
        gate.set()
        time.sleep(0.05)

        with pytest.raises(BackendUnavailable, match="recently"):
            breaker.run(lambda: 7)

    def test_never_more_at_once_than_it_says(self, gate):
        breaker = a_breaker(rest_seconds=0)
        for _ in range(2):
            with pytest.raises(BackendUnavailable, match="No answer"):
                breaker.run(lambda: gate.wait(LIMIT))

        with pytest.raises(BackendUnavailable, match="under way"):
            breaker.run(lambda: 7)

    def test_without_rest_every_one_tries(self, gate):
        breaker = a_breaker(rest_seconds=0)
        with pytest.raises(BackendUnavailable):
            breaker.run(lambda: gate.wait(LIMIT))

        assert breaker.run(lambda: 7) == 7


class Table:
    """A table of shops that may be away."""

    def __init__(self, **secrets):
        self.keys = {}
        self.reads = 0
        self.is_away = False
        self.now = 0.0
        self.shops = ShopCredentialCache(self.load, lambda: self.now)

    def put(self, secret, shop_id=None):
        shop_id = shop_id or uuid4()
        self.keys[shop_id] = ShopKeys(
            shop_id=shop_id, kind=ShopKind.WOOCOMMERCE, secret=secret
        )
        return shop_id

    def load(self, shop_id, *, is_known):
        self.asked_as_known = is_known
        if self.is_away:
            raise BackendUnavailable
        self.reads += 1
        return self.keys.get(shop_id)


class TestKnownShops:
    @pytest.fixture
    def table(self):
        return Table()

    def test_a_shop_is_read_once_a_minute(self, table):
        shop_id = table.put("a")
        table.shops.find(shop_id)
        table.now += known.FRESH_SECONDS - 1
        table.shops.find(shop_id)
        assert table.reads == 1

        table.now += 2
        table.shops.find(shop_id)
        assert table.reads == 2

    def test_while_the_table_is_away_an_old_reading_does(self, table):
        shop_id = table.put("a")
        table.shops.find(shop_id)
        table.is_away = True
        table.now += known.FRESH_SECONDS + 1

        assert table.shops.find(shop_id).secret == "a"

    def test_only_a_shop_nobody_knows_is_worth_a_long_wait(self, table):
        shop_id = table.put("a")
        table.shops.find(shop_id)
        assert not table.asked_as_known

        table.now += known.FRESH_SECONDS + 1
        table.shops.find(shop_id)
        assert table.asked_as_known

    def test_but_not_for_ever(self, table):
        shop_id = table.put("a")
        table.shops.find(shop_id)
        table.is_away = True
        table.now += known.KEPT_SECONDS + 1

        with pytest.raises(BackendUnavailable):
            table.shops.find(shop_id)

    def test_a_stranger_is_not_remembered(self, table):
        stranger = uuid4()
        assert table.shops.find(stranger) is None

        table.put("a", shop_id=stranger)
        assert table.shops.find(stranger) is not None

    def test_a_secret_changed_just_now_is_looked_up(self, table):
        shop_id = table.put("a")
        keys = table.shops.find(shop_id)
        table.put("b", shop_id=shop_id)
        table.now += known.RELOAD_SECONDS

        assert table.shops.find_changed(keys).secret == "b"

    def test_but_wrong_signatures_do_not_flood_the_table(self, table):
        shop_id = table.put("a")
        keys = table.shops.find(shop_id)
        for _ in range(20):
            table.shops.find_changed(keys)

        assert table.reads == 1

    def test_memory_is_bounded(self, table, monkeypatch):
        monkeypatch.setattr(known, "MAX_SHOPS", 3)
        ids = [table.put("a") for _ in range(5)]
        for shop_id in ids:
            table.shops.find(shop_id)
        reads = table.reads

        table.shops.find(ids[-1])
        assert table.reads == reads
        table.shops.find(ids[0])
        assert table.reads == reads + 1
