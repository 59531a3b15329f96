"""A crowd that buys from one balance gets what it covers, and not one more (WL-08)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from worlds import BOUGHT, a_world, instant, soon

CROWD, COVERED = 50, 10


@pytest.mark.feature("WL-08")
def test_50_purchases_at_once_on_a_balance_for_10(lineup):
    world = a_world(lineup)
    plan = world.plan("9.00", days=30)
    customer = world.customer("90.00")
    users = [world.user(customer) for _ in range(2)]

    def buy(number):
        body = {"user_id": users[number % 2]["id"], "plan_id": plan}
        return world.api("POST", "/subscriptions", json=body)

    with ThreadPoolExecutor(CROWD) as pool:
        answers = list(pool.map(buy, range(CROWD)))

    told = Counter(
        (answer.status_code, answer.json().get("code")) for answer in answers
    )
    assert told == {(201, None): COVERED, (402, "insufficient_balance"): 40}
    assert world.balance(customer) == "0.00"
    running = world.api.every("/subscriptions", customer_id=customer)
    lengths = [instant(row["ends_at"]) - instant(row["started_at"]) for row in running]
    assert sum(lengths, timedelta(0)) == COVERED * timedelta(days=30)
    for user in users:
        soon(user, BOUGHT)
    report = world.api.get("/ledger/check")
    assert (report["unbalanced_transfers"], report["wrong_wallets"]) == ([], [])
