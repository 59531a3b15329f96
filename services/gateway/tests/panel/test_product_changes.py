"""The page on which the product of a subscription is changed."""

import pytest
from answers import text_of, visible_text

from lineup.context import Role
from lineup.contracts.billing.catalog import PlanView, ProductView
from lineup.contracts.billing.product_changes import ChangeQuote, ChangeWay
from lineup.contracts.billing.subscriptions import SubscriptionView
from lineup.contracts.paging import Page
from lineup.errors import Conflict
from lineup.ids import new_id
from lineup.money import Money

pytestmark = pytest.mark.feature("SU-17")
ID = "019d0000-0000-7000-8000-000000000001"
OTHER = "019d0000-0000-7000-8000-000000000002"
ADDRESS = f"/subscriptions/{ID}/change"


@pytest.fixture(autouse=True)
def on_sale(services, sample):
    """A subscription to one product, and a plan of another one."""
    view = sample(SubscriptionView, product_name="Basic", product_id=new_id())
    services.answer_with("billing.get_subscription", view)
    services.answer_with("billing.change_subscription", view)
    plan = sample(PlanView, id=OTHER, name="1 month", is_retired=False)
    plus = sample(ProductView, name="Plus", plans=[plan], is_trial=False)
    services.answer_with("billing.list_products", Page(items=[plus]))
    quote = sample(
        ChangeQuote,
        price=Money.of("10.00 EUR"),
        value=Money.of("6.00 EUR"),
        missing=Money.of("0.00 EUR"),
        packages_gained=["Sports"],
        packages_lost=["Local"],
        way=ChangeWay.KEEP_END,
    )
    services.answer_with("billing.quote_change", quote)
    return quote


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.DEALER, Role.PARTNER])
def test_it_shows_what_it_costs_and_gives_and_changes(browser, services, form_of, role):
    client = browser(role)
    page = client.get(f"{ADDRESS}?plan_id={OTHER}&way=keep_end")
    shown = visible_text(page)
    for words in ("10.00 EUR", "6.00 EUR", "gained Sports", "lost Local"):
        assert words in shown
    answer = client.post(ADDRESS, data=form_of(text_of(page)))

    assert answer.status_code == 303
    [(_, asked)] = services.calls_of("billing.change_subscription")
    assert (str(asked.plan_id), asked.way) == (OTHER, ChangeWay.KEEP_END)


def test_what_cannot_be_changed_says_why(browser, services):
    refusal = Conflict("There is no paid time left.", code="nothing_left")
    services.answer_with("billing.quote_change", refusal)
    page = browser(Role.CUSTOMER).get(f"{ADDRESS}?way=into_time")

    assert "There is no paid time left." in visible_text(page)
    [(_, asked)] = services.calls_of("billing.quote_change")
    assert asked.way is ChangeWay.INTO_TIME


def test_an_odd_way_is_the_first(browser, services):
    browser(Role.CUSTOMER).get(f"{ADDRESS}?way=sideways&plan_id=none")

    [(_, asked)] = services.calls_of("billing.quote_change")
    assert (asked.way, str(asked.plan_id)) == (ChangeWay.NEW_PERIOD, OTHER)


def test_nothing_else_on_sale_is_said(browser, services):
    services.answer_with("billing.list_products", Page(items=[]))

    shown = visible_text(browser(Role.CUSTOMER).get(ADDRESS))
    assert "No other product is on sale." in shown


def test_what_is_noted_is_shown_and_withdrawn(browser, services, sample, form_of):
    noted = sample(SubscriptionView, next_plan_id=new_id(), next_product_name="Plus")
    services.answer_with("billing.get_subscription", noted)
    client = browser(Role.CUSTOMER)
    assert "A change to Plus" in visible_text(client.get(ADDRESS))
    page = client.get(f"{ADDRESS}/withdraw")

    assert client.post(f"{ADDRESS}/withdraw", data=form_of(text_of(page))).location
    assert len(services.calls_of("billing.withdraw_change")) == 1
