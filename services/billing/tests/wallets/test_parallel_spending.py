"""Parallel spending cannot overdraw, and a key repeated in parallel pays once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from billing.wallets.models import Wallet
from billing.wallets.movements import between, cash, customer_account
from billing.wallets.operations import transfer
from lineup.contracts.billing.wallets import Cause
from lineup.errors import Busy, PaymentRequired, Refusal
from lineup.ids import new_id
from lineup.money import Money
from lineup.testing.blocking import wait_until_blocked

THREADS = 50
MOST_TRIES = 5


def together(count, act):
    """What `count` threads got that acted at the same moment; who is told that somebody
    is in the way tries again, as callers do.
    """
    barrier = Barrier(count, timeout=30)

    def one(number):
        barrier.wait()
        for _ in range(MOST_TRIES):
            try:
                return act(number)
            except Busy:
                continue
            except Refusal as refusal:
                return refusal
        raise AssertionError("Somebody was in the way all the time.")

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count), timeout=60))


@pytest.mark.feature("WL-08")
def test_fifty_purchases_on_a_balance_for_ten_give_ten(shop_floor, partner):
    customer = shop_floor.customer(partner, balance="90.00 EUR")
    users = [shop_floor.user(customer) for _ in range(THREADS)]
    plan = shop_floor.plan(partner, "9.00 EUR")

    got = together(THREADS, lambda n: shop_floor.buy(users[n], plan))

    refused = [answer for answer in got if isinstance(answer, PaymentRequired)]
    assert len(refused) == 40
    assert len(got) - len(refused) == 10
    assert {refusal.code for refusal in refused} == {"insufficient_balance"}
    assert shop_floor.balance(customer) == "0.00 EUR"
    assert len(shop_floor.entries(customer)) == 11
    assert shop_floor.books().is_sound


@pytest.mark.feature("WL-07")
def test_the_same_key_in_fifty_threads_pays_once(shop_floor, user, customer, partner):
    shop_floor.top_up(customer, "90.00 EUR")
    plan = shop_floor.plan(partner, "9.00 EUR")

    got = together(THREADS, lambda _: shop_floor.buy(user, plan, key="once"))

    assert len(set(map(repr, got))) == 1
    assert shop_floor.balance(customer) == "81.00 EUR"


def test_the_same_movement_in_parallel_stands_once(put, shop_floor, customer):
    put("1.00 EUR")
    key = str(new_id())

    got = together(20, lambda _: put("5.00 EUR", key=key))

    assert len({posted.transfer_id for posted in got}) == 1
    assert sum(posted.is_new for posted in got) == 1
    assert shop_floor.balance(customer) == "6.00 EUR"


def test_two_customers_paying_each_way_round_never_wait_in_a_ring(
    database, partner, shop_floor
):
    from billing.wallets.movements import between, customer_account
    from billing.wallets.operations import transfer
    from lineup.contracts.billing.wallets import Cause
    from lineup.money import Money

    accounts = []
    for _ in range(2):
        customer = shop_floor.customer(partner, balance="50.00 EUR")
        accounts.append(
            customer_account(customer.id, partner.id, customer.scope, "EUR")
        )

    def pay(number):
        source, target = accounts[:: 1 if number % 2 else -1]
        movement = between(
            source,
            target,
            Money.of("1.00 EUR"),
            key=str(new_id()),
            cause=Cause.CORRECTION,
        )
        with database.transaction() as work:
            return transfer(work, movement)

    got = together(40, pay)

    assert all(posted.is_new for posted in got)
    assert shop_floor.books().is_sound


def test_a_wallet_that_opens_while_another_is_waited_for_gets_its_money(
    shop_floor, partner, database, book
):
    """Between looking for wallets to lock and counting them, one may come to be."""
    rich = shop_floor.customer(partner, balance="5.00 EUR")
    fresh = shop_floor.customer(partner)
    source, target = (
        customer_account(one.id, partner.id, one.scope, "EUR") for one in (rich, fresh)
    )

    def moved(from_account, amount):
        return between(
            from_account,
            target,
            Money.of(amount),
            key=str(new_id()),
            cause=Cause.TOP_UP,
        )

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as work:
            held = select(Wallet).where(Wallet.id == source.id).with_for_update()
            work.session.execute(held)
            waiting = pool.submit(book, moved(source, "2.00 EUR"))
            wait_until_blocked(database.engine)
            transfer(work, moved(cash(partner.id, "EUR"), "1.00 EUR"))
        waiting.result(10)

    assert shop_floor.balance(rich) == "3.00 EUR"
    assert shop_floor.balance(fresh) == "3.00 EUR"
    assert shop_floor.books().is_sound
