"""A crowd that buys from one balance gets what it covers, and not one more (WL-08)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from factories import BOUGHT, create_tenant, instant, soon

CROWD, COVERED = 50, 10


@pytest.mark.feature("WL-08")
def test_50_purchases_at_once_on_a_balance_for_10(lineup):
    tenant = create_tenant(lineup)
    plan = tenant.plan("9.00", days=30)
    customer = tenant.customer("90.00")
    users = [tenant.user(customer) for _ in range(2)]

    def buy(number):
        body = {"user_id": users[number % 2]["id"], "plan_id": plan}
        return tenant.api("POST", "/subscriptions", json=body)

    with ThreadPoolExecutor(CROWD) as pool:
        answers = list(pool.map(buy, range(CROWD)))

    outcomes = Counter(
        (answer.status_code, answer.json().get("code")) for answer in answers
    )
    assert outcomes == {(201, None): COVERED, (402, "insufficient_balance"): 40}
    assert tenant.balance(customer) == "0.00"
    running = tenant.api.every("/subscriptions", customer_id=customer)
    lengths = [instant(row["ends_at"]) - instant(row["started_at"]) for row in running]
    assert sum(lengths, timedelta(0)) == COVERED * timedelta(days=30)
    for user in users:
        soon(user, BOUGHT)
    report = tenant.api.get("/ledger/check")
    assert (report["unbalanced_transfers"], report["wrong_wallets"]) == ([], [])
