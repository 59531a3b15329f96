"""Of an erased customer billing keeps amounts and dates, under a number."""

from types import SimpleNamespace

import pytest
from services.billing.tests.conftest import a_customer, a_user
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from billing.erasure.operations import ERASING, STEPS, receive
from billing.subscriptions import operations as subscriptions
from billing.subscriptions.renewals import top_up
from billing.wallets.checks import check_ledger
from billing.webshops.models import ShopOrderRecord
from billing.webshops.operations.connections import update_shop
from billing.webshops.operations.fulfilment import start_scheduled
from lineup.context import SYSTEM
from lineup.contracts.accounts.customers import BalanceSettlement
from lineup.contracts.accounts.erasure import (
    CustomerErasureRequested,
    erased_username,
    number_of,
)
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.orders import Buyer, OrderState
from lineup.contracts.billing.shops import OtherProduct, UpdateShop
from lineup.contracts.billing.subscriptions import StopSubscription
from lineup.contracts.billing.wallets import CheckLedger, TopUp
from lineup.ids import new_id
from lineup.money import Money
from lineup.testing.leftovers import found_in
from lineup.testing.statements import held_to

from .conftest import woo, woo_line

NAMING = ("Ana", "Ruiz", "ana@example.org", "Living room", "anas-tv", "Envelope")

FOR_HER_TV = [{"key": "iptv_username", "value": "anas-tv"}]


@pytest.fixture
def buyer(desk):
    """Ana, who bought in the shop, has money, and placed an order nobody got."""
    desk.serve(woo(woo_line(meta_data=FOR_HER_TV)))
    desk.deliver(woo(woo_line(sku="UNKNOWN"), id=5013, number="5013"))
    order = desk.order()
    assert order.customer_id is not None
    amount = Money.of("5.00 EUR")
    note = "Envelope from Ana"
    desk.ask(top_up, TopUp(customer_id=order.customer_id, amount=amount, note=note))
    return order.customer_id


def erase(desk, customer_id, version=1):
    state = CustomerErasureRequested(
        id=customer_id,
        version=version,
        scope=f"{desk.owner.scopes[0]}{customer_id.hex}/",
        partner_id=desk.owner.partner_id,
        email=desk.keyring.seal("Ana@example.org"),
    )
    with desk.database.transaction() as work:
        receive(work, state, desk.keyring)
    step(desk)


def step(desk):
    """Go on until there is nothing to do, or somebody else is waited for."""
    for _ in range(50):
        with desk.database.transaction() as work:
            if not ERASING.do_some(work):
                return


def go_on(desk):
    """The same, as the timer does it."""
    for _ in range(50):
        if not ERASING.go_on(desk.database):
            return


def accounts_says_so(desk, customer_id):
    """The copies hear that the customer and its users are nobody any more."""
    scope = f"{desk.owner.scopes[0]}{customer_id.hex}/"
    owner = SimpleNamespace(
        id=customer_id,
        scope=scope,
        partner=SimpleNamespace(id=desk.owner.partner_id),
    )
    gone = {"version": 9, "status": Status.DELETED}
    customer = a_customer(
        customer_id,
        desk.owner.partner_id,
        scope,
        **gone,
        first_name="",
        last_name=number_of(customer_id),
        email="",
        settlement=BalanceSettlement.PAY_OUT,
    )
    users = [
        a_user(
            SimpleNamespace(id=user_id, customer=owner),
            desk.clock.now(),
            **gone,
            name="",
            username=erased_username(user_id),
        )
        for user_id in desk.users.values()
    ]
    with desk.database.transaction() as work:
        subscriptions.follow_customers(work, [customer])
    with desk.database.transaction() as work:
        subscriptions.follow_users(work, users)


def is_erased(desk, customer_id):
    """Everything is done, here and at accounts."""
    erase(desk, customer_id)
    accounts_says_so(desk, customer_id)
    desk.clock.forward(minutes=1)
    step(desk)
    assert desk.told("billing_erased")


def sums(desk):
    with desk.database.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT transfer.cause, transfer.created_at, amount_minor FROM entry"
                " JOIN transfer ON transfer.id = transfer_id ORDER BY entry.id"
            )
        )
        return rows.all()


@pytest.mark.feature("CU-39")
def test_nothing_names_an_erased_customer_and_the_books_are_the_same(desk, buyer):
    engine = desk.database.engine
    (running,) = desk.subscriptions()
    why = StopSubscription(subscription_id=running.id, reason="Ana has moved away")
    desk.ask(subscriptions.stop_subscription, why)
    before = found_in(engine, *NAMING)
    said = {"shop_order", "shop_seat", "subscription_period", "transfer", "user_copy"}
    assert said <= before.keys()
    erase(desk, buyer)
    assert desk.told("billing_erased") == []

    accounts_says_so(desk, buyer)
    booked = sums(desk)
    desk.clock.forward(minutes=1)
    step(desk)

    assert found_in(engine, *NAMING) == {}
    assert sums(desk) == booked
    assert desk.ask(check_ledger, CheckLedger(), SYSTEM).is_sound
    assert [one["id"] for one in desk.told("billing_erased")] == [str(buyer)]
    erase(desk, buyer, version=2)
    assert [one["version"] for one in desk.told("billing_erased")] == [1, 2]


def test_what_an_erased_customer_ordered_for_later_is_left_to_people(desk, buyer):
    at_end = UpdateShop(shop_id=desk.shop.id, other_product=OtherProduct.CHANGE_AT_END)
    desk.ask(update_shop, at_end)
    later = woo_line("SILVER-1M", total="9.00", meta_data=FOR_HER_TV)
    desk.serve(woo(later, id=5014, number="5014"))
    assert "scheduled" in desk.seats()
    is_erased(desk, buyer)

    assert start_scheduled(desk.database) == 1
    assert desk.accepted()[-1].buyer == Buyer(first_name="", last_name="", email="")
    desk.leave_unfilled("user_not_found")
    assert desk.order("5014").exceptions == ["user_not_found: SILVER-1M"]


@pytest.mark.feature("CU-39")
def test_nothing_that_the_shop_says_later_names_who_was_erased(desk, buyer):
    is_erased(desk, buyer)
    more = woo_line(meta_data=FOR_HER_TV, quantity=2, total="29.98")

    desk.deliver(woo(more, minute=5))
    desk.deliver(woo(more, status="refunded", minute=9))

    assert found_in(desk.database.engine, *NAMING) == {}
    assert desk.order().state == OrderState.REVERSED


@pytest.mark.feature("CU-39")
def test_a_delivery_that_could_not_be_used_names_nobody_either(desk, buyer):
    hers, anothers = (
        desk.deliver({"billing": {"email": email, "first_name": "Ana"}})
        for email in ("ANA@example.org", "susana@example.org")
    )
    assert (hers.state, anothers.state) == ("parked", "parked")
    is_erased(desk, buyer)

    assert found_in(desk.database.engine, *NAMING) == {"shop_delivery": 1}
    assert (desk.delivery(hers.id).state, desk.delivery(hers.id).body) == (
        "closed",
        b"",
    )
    assert desk.delivery(anothers.id).state == "parked"


@pytest.mark.feature("CU-39")
def test_one_that_somebody_holds_up_is_put_off_and_the_next_goes_on(desk, buyer):
    accounts_says_so(desk, buyer)
    nobody = new_id()
    with desk.database.transaction() as work:
        ERASING.request(work, buyer, f"{desk.owner.scopes[0]}{buyer.hex}/", version=1)
        desk.clock.forward(seconds=1)
    with desk.database.transaction() as work:
        ERASING.request(work, nobody, f"/{nobody.hex}/", version=1)

    with desk.database.transaction() as work:
        theirs = select(ShopOrderRecord.id).where(ShopOrderRecord.customer_id == buyer)
        work.session.execute(theirs.with_for_update())
        go_on(desk)
    assert [one["id"] for one in desk.told("billing_erased")] == [str(nobody)]

    desk.clock.forward(minutes=2)
    go_on(desk)
    assert len(desk.told("billing_erased")) == 2


def test_whether_all_is_settled_is_asked_at_once(desk):
    nobody = SimpleNamespace(id=new_id())
    is_settled, *_ = STEPS
    held = held_to(desk.database.engine, 1, "whatever may be left, together")
    with held, desk.database.transaction() as work:
        assert is_settled(work, nobody) == 0


@pytest.mark.feature("CU-39")
def test_of_what_is_booked_an_erasure_changes_words_alone(desk, buyer):
    engine = desk.database.engine
    allow = "SELECT set_config('lineup.purging', 'on', true); "
    for statement in (
        "UPDATE transfer SET reference = ''",
        f"{allow} UPDATE transfer SET cause = 'top_up', created_at = now()",
        f"{allow} UPDATE entry SET amount_minor = 1",
    ):
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(statement))
