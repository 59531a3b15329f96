"""A neighbour sees nothing: every endpoint answers as if there were nothing there."""

from datetime import UTC, datetime

import pytest

from billing.catalog import operations as catalog
from billing.subscriptions import (
    changes,
    end_dates,
    lists,
    renewals,
    renewing,
    suspensions,
)
from billing.subscriptions import operations as subscriptions
from billing.wallets import operations as wallets
from billing.wallets import statements
from lineup.context import Role
from lineup.contracts.billing.catalog import (
    ChangePlan,
    CreatePlan,
    GetProduct,
    ListProducts,
    RetirePlan,
    UpdateProduct,
)
from lineup.contracts.billing.product_changes import (
    ChangeSubscription,
    QuoteChange,
    WithdrawChange,
)
from lineup.contracts.billing.renewing import QuoteUserRenewals, RenewUsers
from lineup.contracts.billing.staff_changes import (
    LiftSuspension,
    SetEndDate,
    SuspendSubscription,
)
from lineup.contracts.billing.subscriptions import (
    GetRenewal,
    GetSubscription,
    ListSubscriptions,
    Purchase,
    QuoteStop,
    StopSubscription,
    SwitchRenewal,
)
from lineup.contracts.billing.wallets import GetWallet, ListEntries, TopUp
from lineup.errors import NotFound
from lineup.ids import new_id
from lineup.money import Money

ONE = Money.of("1.00 EUR")
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def seller_customer(shop_floor, partner):
    """A customer of a seller of the partner."""
    return shop_floor.customer_below(shop_floor.seller(partner), partner)


@pytest.fixture
def bought(shop_floor, partner, seller_customer):
    shop_floor.top_up(seller_customer, "20.00 EUR")
    user = shop_floor.user(seller_customer)
    plan = shop_floor.plan(partner, "9.00 EUR")
    view = shop_floor.buy(user, plan)
    return {
        "customer_id": seller_customer.id,
        "user_id": user.id,
        "plan_id": plan.id,
        "product_id": plan.product_id,
        "subscription_id": view.id,
    }


def requests(ids):
    """Every request that names a record, by the operation behind its endpoint."""
    customer, user = {"customer_id": ids["customer_id"]}, {"user_id": ids["user_id"]}
    subscription = {"subscription_id": ids["subscription_id"]}
    product, plan = {"product_id": ids["product_id"]}, {"plan_id": ids["plan_id"]}
    return [
        (wallets.get_wallet, GetWallet(**customer)),
        (statements.list_entries, ListEntries(**customer)),
        (renewals.top_up, TopUp(**customer, amount=ONE)),
        (subscriptions.purchase, Purchase(**user, **plan)),
        (subscriptions.switch_renewal, SwitchRenewal(**user, renews=True)),
        (subscriptions.get_renewal, GetRenewal(**user)),
        (subscriptions.get_subscription, GetSubscription(**subscription)),
        (subscriptions.quote_stop, QuoteStop(**subscription)),
        (subscriptions.stop_subscription, StopSubscription(**subscription)),
        (
            end_dates.set_end_date,
            SetEndDate(**subscription, ends_at=LATER, reason="x"),
        ),
        (
            suspensions.suspend_subscription,
            SuspendSubscription(**subscription, reason="x"),
        ),
        (suspensions.lift_suspension, LiftSuspension(**subscription)),
        (changes.quote_change, QuoteChange(**subscription, **plan)),
        (changes.change_subscription, ChangeSubscription(**subscription, **plan)),
        (changes.withdraw_change, WithdrawChange(**subscription)),
        (renewing.quote_user_renewals, QuoteUserRenewals(**customer)),
        (renewing.renew_users, RenewUsers(**customer, total=ONE)),
        (catalog.get_product, GetProduct(**product)),
        (
            catalog.change_plan,
            ChangePlan(**plan, name="x", price=Money.of("1.00 EUR")),
        ),
        (catalog.retire_plan, RetirePlan(**plan)),
        (
            catalog.create_plan,
            CreatePlan(**product, name="x", price=ONE, days=1),
        ),
        (
            catalog.update_product,
            UpdateProduct(**product, name="x", package_ids=[], devices=1, addresses=1),
        ),
    ]


def refused(ask, ids, actor):
    """The operations that answer NotFound to this actor."""
    names = set()
    for operation, request in requests(ids):
        try:
            ask(operation, request, actor)
        except NotFound:
            names.add(operation.__name__)
    return names


EVERYTHING = {
    "get_wallet",
    "list_entries",
    "top_up",
    "purchase",
    "switch_renewal",
    "get_renewal",
    "get_subscription",
    "quote_stop",
    "stop_subscription",
    "set_end_date",
    "suspend_subscription",
    "lift_suspension",
    "quote_change",
    "change_subscription",
    "withdraw_change",
    "quote_user_renewals",
    "renew_users",
    "get_product",
    "change_plan",
    "retire_plan",
    "create_plan",
    "update_product",
}
CATALOGUE = {"get_product"}


def test_another_partner_finds_nothing(ask, bought, neighbour):
    assert refused(ask, bought, neighbour.actor) == EVERYTHING


def test_another_partners_customer_finds_nothing(ask, bought, neighbour, shop_floor):
    stranger = shop_floor.customer(neighbour)

    assert refused(ask, bought, stranger.actor) == EVERYTHING


@pytest.mark.feature("AH-04")
@pytest.mark.parametrize("role", [Role.DEALER, Role.RESELLER])
def test_another_seller_of_the_partner_finds_the_catalogue_only(
    ask, bought, partner, shop_floor, role
):
    other = shop_floor.seller(partner, role)

    assert refused(ask, bought, other.actor) == EVERYTHING - CATALOGUE


def test_another_customer_of_the_partner_finds_the_catalogue_only(
    ask, bought, customer
):
    assert refused(ask, bought, customer.actor) == EVERYTHING - CATALOGUE


def test_what_is_outside_is_told_like_what_is_unknown(ask, bought, neighbour):
    request = GetSubscription(subscription_id=bought["subscription_id"])
    unknown = GetSubscription(subscription_id=new_id())
    answers = []
    for asked in (request, unknown):
        with pytest.raises(NotFound) as refusal:
            ask(subscriptions.get_subscription, asked, neighbour.actor)
        answers.append((refusal.value.code, refusal.value.message))

    assert answers[0] == answers[1]


def test_lists_hold_what_is_in_scope_only(
    ask, bought, partner, neighbour, customer, seller_customer
):
    listed = {
        name: len(ask(lists.list_subscriptions, ListSubscriptions(), actor).items)
        for name, actor in {
            "partner": partner.actor,
            "neighbour": neighbour.actor,
            "customer": seller_customer.actor,
            "other customer": customer.actor,
        }.items()
    }

    assert listed == {
        "partner": 1,
        "neighbour": 0,
        "customer": 1,
        "other customer": 0,
    }
    products = ask(catalog.list_products, ListProducts(), neighbour.actor)
    assert products.items == []


def test_the_customer_itself_and_its_partner_find_it(
    ask, bought, partner, seller_customer
):
    for actor in (partner.actor, seller_customer.actor):
        request = GetSubscription(subscription_id=bought["subscription_id"])
        assert ask(subscriptions.get_subscription, request, actor).state == "running"


@pytest.mark.feature("AH-03")
def test_handlers_say_who_may_use_them():
    from billing.service import BillingService
    from lineup.bus import endpoints_of

    allowed = {
        endpoint.name: endpoint.allowed for endpoint in endpoints_of(BillingService)
    }
    partner_only = {
        "create_product",
        "update_product",
        "create_plan",
        "change_plan",
        "retire_plan",
    }

    for name in partner_only | {"top_up", "check_ledger"}:
        assert not allowed[name] & {Role.CUSTOMER, Role.DEALER, Role.RESELLER}
    for name in (
        "get_shop_delivery",
        "replay_delivery",
        "switch_shop",
        "update_shop",
        "end_previous_secret",
        "set_shop_access",
        "end_shop_access",
    ):
        assert Role.SUPPORT not in allowed[name]
        assert not allowed[name] & {Role.CUSTOMER, Role.DEALER, Role.RESELLER}
    for name in (
        "get_sales",
        "get_subscription_figures",
        "list_wallets",
        "get_balances",
    ):
        assert Role.CUSTOMER not in allowed[name]
        assert Role.DEALER in allowed[name]
    for name in (
        "purchase",
        "quote_purchase",
        "quote_stop",
        "stop_subscription",
        "switch_renewal",
    ):
        assert Role.CUSTOMER in allowed[name]
        assert Role.SUPPORT not in allowed[name]
