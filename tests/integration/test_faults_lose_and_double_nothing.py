"""kill -9 of every part and of the broker in the middle of 200 orders changes nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from running import a_woo_order, until

ORDERS = 200
PARTS = (
    "accounts",
    "billing",
    "playlists",
    "notifications",
    "gateway",
    "playlists-worker",
)
FIRST = 90_000


@pytest.mark.feature("OP-03", "OP-04")
@pytest.mark.timeout(600)
def test_200_orders_are_200_customers_subscriptions_and_mails(lineup):
    delivered = threading.Semaphore(0)

    def deliver(number):
        body = a_woo_order(number, f"fault{number}@example.org")
        until(
            lambda: lineup.order(body, delivery=f"fault-{number}").status_code == 200,
            f"order {number} to be taken",
            120,
        )
        delivered.release()

    def break_things():
        for part in PARTS:
            wait_for(delivered, ORDERS // 10)
            lineup.kill(part)
        wait_for(delivered, ORDERS // 10)
        lineup.restart_broker()

    with ThreadPoolExecutor(5) as pool:
        disturbance = pool.submit(break_things)
        list(pool.map(deliver, range(FIRST, FIRST + ORDERS)))
        disturbance.result(timeout=300)

    expected = {f"fault{n}@example.org" for n in range(FIRST, FIRST + ORDERS)}
    until(lambda: expected <= set(lineup.receivers()), "every mail", 240)
    until(lineup.is_settled, "all events to be consumed", 120)
    lineup.wait_until_ready()
    assert_each_once(lineup, expected)
    assert_books_are_right(lineup)


def wait_for(delivered, orders):
    for _ in range(orders):
        assert delivered.acquire(timeout=120)


def assert_each_once(lineup, expected):
    api = lineup.partner()
    customers = [
        row
        for row in api.every("/customers")
        if row["person"]["email"].startswith("fault")
    ]
    assert {row["person"]["email"] for row in customers} == expected
    assert len(customers) == ORDERS
    ids = {row["id"] for row in customers}
    bought = [row for row in api.every("/subscriptions") if row["customer_id"] in ids]
    assert len(bought) == ORDERS
    assert {row["state"] for row in bought} == {"running"}
    mails = [to for to in lineup.receivers() if to.startswith("fault")]
    assert len(mails) == ORDERS


def assert_books_are_right(lineup):
    report = lineup.partner().get("/ledger/check")
    assert report["unbalanced_transfers"] == []
    assert report["wrong_wallets"] == []
    dead_letters = [q for q in lineup.queues() if q["name"].endswith(".dlq")]
    assert sum(queue.get("messages", 0) for queue in dead_letters) == 0


def test_the_playlist_plays_while_everything_behind_it_is_dead(lineup):
    api = lineup.partner()
    (user, *_) = api.get("/users")["items"]
    link = user["playlist_url"]
    before = requests.get(link, timeout=5)

    for part in ("accounts", "billing", "playlists", "notifications"):
        lineup.kill(part)

    during = requests.get(link, timeout=5)
    assert (during.status_code, during.content) == (200, before.content)
    lineup.wait_until_ready()
