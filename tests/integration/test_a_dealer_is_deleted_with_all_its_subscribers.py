"""A dealer with many subscribers goes, through two kill -9: nothing of it is left."""

from contextlib import contextmanager, suppress

import psycopg2
import pytest
import requests
from leftovers import files_with
from panel import Panel
from running import until
from subscribers import Dealer

SUBSCRIBERS = 300
CUSTOMER_OF = {
    "accounts": "SELECT FROM customers WHERE scope LIKE %s ORDER BY id DESC",
    "billing": "SELECT FROM customer_copy WHERE scope LIKE %s ORDER BY id",
}
"""One of its customers in each: not the same, so that billing hears of its own."""


@contextmanager
def held(dealer, service):
    """Keeps one customer of a dealer from being worked on while the body runs."""
    connection = psycopg2.connect(dealer.system.database_uri(service))
    try:
        with connection.cursor() as rows:
            held_one = f"{CUSTOMER_OF[service]} LIMIT 1 FOR UPDATE"
            rows.execute(held_one, [f"{dealer.scope}%"])
            yield
    finally:
        connection.close()


@pytest.mark.feature("AH-19", "IE-07", "OP-03")
@pytest.mark.timeout(600)
def test_nothing_is_left_of_it_in_any_service(lineup):
    dealer = Dealer.begin(lineup, "many")
    dealer.fill(SUBSCRIBERS)
    tokens = dealer.tokens()
    assert dealer.remains("billing")["billing", "balances"] == SUBSCRIBERS
    panel = Panel(
        lineup, lineup.demo["partner_username"], lineup.demo["partner_password"]
    )

    with held(dealer, "accounts"), held(dealer, "billing"):
        job = dealer.delete()
        until(lambda: dealer.job(job["id"])["customers_done"], "the first to go", 120)
        lineup.kill("accounts")
        all_but_one = f"{SUBSCRIBERS - 1} of {SUBSCRIBERS}"
        until(lambda: is_shown(panel, job, all_but_one), "all but one", 240)
        until(
            lambda: dealer.left("billing", "subscriptions") < SUBSCRIBERS,
            "the first to be stopped",
            120,
        )
        lineup.kill("billing")
    deleted = "The account and its customers were deleted."
    until(lambda: is_shown(panel, job, deleted), "the job to be done", 240)
    until(lambda: not dealer.remains(), "nothing to be left", 240)
    until(lineup.is_settled, "all events to be consumed", 120)
    lineup.wait_until_ready()

    assert dealer.job(job["id"])["customers_done"] == SUBSCRIBERS
    assert_it_is_noted_once(dealer)
    assert_money_went_once(dealer)
    gone = requests.get(f"{lineup.url('GATEWAY')}/p/{tokens[0]}.m3u8", timeout=10)
    assert gone.status_code == 404
    until(lambda: not list(files_with(lineup, tokens)), "every file to be written", 60)


def is_shown(panel, job, words):
    with suppress(AssertionError):  # while accounts starts anew there is no such page
        return words in panel.page(f"/account-jobs/{job['id']}")


def assert_it_is_noted_once(dealer):
    written = dealer.system.rows(
        "accounts",
        "SELECT counts FROM audit_log WHERE action = 'finish_delete_job'"
        " AND thing_id = %s",
        dealer.id,
    )
    [(counts,)] = written
    assert {one["kind"]: one["count"] for one in counts} == {
        "customer": SUBSCRIBERS,
        "user": SUBSCRIBERS,
    }


def assert_money_went_once(dealer):
    paid_out = dealer.system.rows(
        "billing",
        "SELECT e.wallet_id, count(*) FROM transfer t JOIN entry e"
        " ON e.transfer_id = t.id AND e.amount_minor < 0 WHERE t.cause = 'payout'"
        " AND e.wallet_id IN (SELECT id FROM wallet WHERE scope LIKE %s) GROUP BY 1",
        f"{dealer.scope}%",
    )
    assert [count for _, count in paid_out] == [1] * SUBSCRIBERS
    report = dealer.partner.get("/ledger/check")
    assert (report["unbalanced_transfers"], report["wrong_wallets"]) == ([], [])
    queues = dealer.system.queues()
    dead = [queue for queue in queues if queue["name"].endswith(".dlq")]
    assert sum(queue.get("messages", 0) for queue in dead) == 0
