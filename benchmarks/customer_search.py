"""How long accounts takes to list customers, narrowed and searched, out of 100,000.

    ./lineup bench customer_search [--customers 100000] [--rounds 100] [--running]

A whole system is started for it; `--running` takes the one that is up here and leaves
the customers in it. One customer is made as people make one, and its row multiplied:
a third are a dealer's, a tenth are in a group, and some stand in each state. Then every
question is asked in turns, over the bus and counted as a page of the panel counts, by
the partner and by the dealer. The goal is 100 ms for 99 of 100, from the call to the
answer; `ms of CPU` is what accounts and PostgreSQL use for one, on a busy machine, too.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from order_cost import a_system, cpu_of
from order_to_playlist import CHECKOUT, Running, percentile
from panel_lists import COPIES, CUSTOMER, SCOPE, a_customer
from row_copies import Copy, multiply
from subscribers import Dealer

from lineup.context import Actor, Context, Role
from lineup.contracts.accounts.customers import (
    CustomerStatus,
    CustomerView,
    ListCustomers,
)
from lineup.contracts.paging import Page, Paging
from lineup.rpc import RpcClient

GOAL_MS = 100.0
COUNTED = Paging(count_up_to=10_000)
"""As a page of the panel asks."""
ORDERS = ("name", "-name", "ends_at", "-ends_at", "city", "username", "-updated_at")
OWN_CUSTOMERS = "mod(n, 3) = 0"
"""Of the dealer."""


def copies(dealer: Dealer, group_id: str) -> Iterator[Copy]:
    """Customers as for the panel's lists, with sellers, groups and states."""
    below = f"'{dealer.scope}' || replace({CUSTOMER}::text, '-', '') || '/'"
    scope = f"CASE WHEN {OWN_CUSTOMERS} THEN {below} ELSE {SCOPE} END"
    seller = f"CASE WHEN {OWN_CUSTOMERS} THEN '{dealer.id}'::uuid ELSE t.seller_id END"
    changed = {
        "accounts": {"scope": scope, "parent_id": seller.replace("seller", "parent")},
        "customers": {
            "scope": scope,
            "seller_id": seller,
            "group_id": f"CASE WHEN mod(n, 10) = 0 THEN '{group_id}'::uuid END",
            "external_id": "'crm-' || n",
            "is_stopped": "mod(n, 50) = 0",
            "status": "CASE WHEN mod(n, 200) = 7 THEN 'inactive' ELSE t.status END",
        },
    }
    for service, table, which, said in COPIES:
        if service == "accounts" and table in changed:
            yield service, table, which, said | changed[table]


def questions(
    dealer: Dealer, group_id: str, product_id: str, customers: int
) -> dict[str, ListCustomers]:
    """What is asked, by name."""
    now = datetime.now(UTC)
    of_dealer = UUID(dealer.id)
    week, month = now + timedelta(days=7), now - timedelta(days=30)
    narrowed = {
        "all": ListCustomers(),
        "one word of one": ListCustomers(search="copy4711@"),
        "one word of many": ListCustomers(search="ada"),
        "two letters": ListCustomers(search="ho"),
        "two words": ListCustomers(search="ada holm"),
        "a word of none": ListCustomers(search="nobody-has-this"),
        "a mail address": ListCustomers(email="copy4711@example.net"),
        "a username": ListCustomers(username="copy4711"),
        "an external id": ListCustomers(external_id="crm-4711"),
        "a seller": ListCustomers(seller_id=of_dealer),
        "a group": ListCustomers(group_id=UUID(group_id)),
        "in no group": ListCustomers(is_grouped=False),
        "a product": ListCustomers(product_id=UUID(product_id)),
        "ends within a week": ListCustomers(ends_from=now, ends_until=week),
        "made this month": ListCustomers(created_from=month),
        "own": ListCustomers(is_own=True),
        **{f"state {one}": ListCustomers(state=one) for one in CustomerStatus},
        "word, state and seller": ListCustomers(
            search="ada", state=CustomerStatus.ACTIVE, seller_id=of_dealer
        ),
    }
    counted = {name: replace(one, paging=COUNTED) for name, one in narrowed.items()}
    return counted | in_order(narrowed) | pages(customers)


def in_order(narrowed: dict[str, ListCustomers]) -> dict[str, ListCustomers]:
    """Some of it in every order."""
    shown = {"all": "all", "many": "one word of many", "expired": "state expired"}
    return {
        f"{short}, by {order}": replace(narrowed[name], paging=_by(order))
        for short, name in shown.items()
        for order in ORDERS
    }


def pages(customers: int) -> dict[str, ListCustomers]:
    """Other pages than the first; they begin behind a customer of the dealer."""
    anchor = UUID(f"01900000-0000-7000-8001-{customers // 6 * 3:012x}")
    beyond = replace(COUNTED, after=anchor)
    return {
        "the middle of all": ListCustomers(paging=beyond),
        "the middle, by name": ListCustomers(paging=replace(beyond, order="name")),
        "200 of all": ListCustomers(paging=replace(COUNTED, limit=200)),
        "changed this hour": ListCustomers(
            paging=replace(
                COUNTED, updated_since=datetime.now(UTC) - timedelta(hours=1)
            )
        ),
    }


def _by(order: str) -> Paging:
    return replace(COUNTED, order=order)


class Asker:
    """Somebody who asks accounts, over the bus."""

    def __init__(self, system: Running, role: Role, scope: str, account: UUID) -> None:
        self._rpc = RpcClient(system.broker.uri)
        partner = UUID(scope.strip("/").split("/")[0])
        actor = Actor(
            role=role, scopes=(scope,), partner_id=partner, account_id=account
        )
        self._context = Context(actor=actor)

    def ask(self, request: ListCustomers) -> float:
        """Milliseconds until the answer is here."""
        begun = time.perf_counter()
        self._rpc.call(
            "accounts",
            "list_customers",
            self._context,
            request,
            reply_type=Page[CustomerView],
        ).reply()
        return (time.perf_counter() - begun) * 1000

    def close(self) -> None:
        """Leave the broker."""
        self._rpc.close()


def measure(
    system: Running, asker: Asker, asked: dict[str, ListCustomers], rounds: int
) -> int:
    """Ask all in turns and print the table; how many miss the goal."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    used: dict[str, float] = dict.fromkeys(asked, 0.0)
    for name, request in asked.items():
        asker.ask(request)  # warms
        before = cpu_of(system)
        times[name] = [asker.ask(request) for _ in range(rounds)]
        after = cpu_of(system)
        roles = ("accounts", "postgres")
        used[name] = sum(after[role] - before[role] for role in roles) * 1000 / rounds
    print(f"  {'milliseconds':34}{'p50':>8}{'p99':>8}{'ms of CPU':>12}")
    missed = 0
    for name, values in times.items():
        late = percentile(values, 99)
        missed += late > GOAL_MS
        over = f"   over {GOAL_MS:g}" if late > GOAL_MS else ""
        print(
            f"    {name:32}{percentile(values, 50):8.0f}{late:8.0f}"
            f"{used[name]:12.1f}{over}"
        )
    return missed


def compare(system: Running, customers: int, rounds: int) -> int:
    """Fill a system and ask as a partner and as its dealer; how many miss the goal."""
    dealer = Dealer.begin(system, "third")
    answer = dealer.partner("POST", "/customer-groups", json={"name": "Regulars"})
    group = answer.json()["id"]
    ids = a_customer(system)
    multiply(system, ids, customers, list(copies(dealer, group)))
    statement = "SELECT product_id::text FROM users WHERE id = %s"
    [[product]] = system.rows("accounts", statement, ids["user"])
    wanted = questions(dealer, group, product, customers)
    partner, missed = dealer.scope.strip("/").split("/")[0], 0
    for role, scope, account in (
        (Role.PARTNER, f"/{partner}/", UUID(partner)),
        (Role.DEALER, dealer.scope, UUID(dealer.id)),
    ):
        print(f"{role}, {customers} customers, load {os.getloadavg()[0]:.1f}")
        asker = Asker(system, role, scope, account)
        missed += measure(system, asker, wanted, rounds)
        asker.close()
    return missed


def main() -> int:
    """Fill a system, measure it, and fail where the goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--running", action="store_true", help="use what is up")
    asked = parser.parse_args()
    found = nullcontext(Running.found()) if asked.running else a_system(CHECKOUT)
    with found as system:
        missed = compare(system, asked.customers, asked.rounds)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
