"""The pages of a seller's price list: what it may sell, and for how much."""

from uuid import UUID

import pytest
from answers import sent, text_of, visible_text

from lineup.context import Role
from lineup.contracts.accounts.tree import AccountKind, AccountView
from lineup.contracts.billing.catalog import PlanView, ProductView
from lineup.contracts.billing.price_lists import PlanPrice, PriceList
from lineup.contracts.paging import Page
from lineup.money import Money

pytestmark = pytest.mark.feature("AH-05")

ID = "019d0000-0000-7000-8000-000000000001"
OTHER = "019d0000-0000-7000-8000-000000000002"
PRICES = f"/accounts/{ID}/price-list"
NINE, SEVEN = Money.of("9.00 EUR"), Money.of("7.00 EUR")


@pytest.fixture
def seller(services, sample):
    account = sample(
        AccountView, id=UUID(ID), kind=AccountKind.DEALER, partner_id=UUID(OTHER)
    )
    services.answer_with("accounts.get_account", account)
    plan = sample(PlanView, id=UUID(ID), name="Month", price=NINE, is_retired=False)
    services.answer_with("billing.get_plan", plan)
    products = [
        sample(ProductView, partner_id=UUID(partner), name=name, plans=[plan])
        for partner, name in ((OTHER, "Family"), (ID, "Neighbour's"))
    ]
    services.answer_with("billing.list_products", Page(items=products))


@pytest.fixture
def listed(services, seller):
    """`listed(own_price)`: one plan is on the list."""

    def listed(own_price):
        plan = PlanPrice(
            plan_id=UUID(ID),
            product_name="Family",
            plan_name="Month",
            price=own_price or NINE,
            own_price=own_price,
            list_price=NINE,
            is_retired=False,
        )
        prices = PriceList(account_id=UUID(ID), plans=[plan])
        services.answer_with("billing.get_price_list", prices)

    return listed


def test_without_a_list_everything_is_sold_and_the_page_says_so(
    browser, services, seller
):
    empty = PriceList(account_id=UUID(ID), plans=[])
    services.answer_with("billing.get_price_list", empty)

    page = visible_text(browser(Role.PARTNER).get(PRICES))

    assert "All plans can be sold here, at their list prices" in page
    assert "Add plan" in page


def test_the_price_stands_beside_the_list_price_and_sellers_only_look(browser, listed):
    listed(SEVEN)

    for role in (Role.PARTNER, Role.DEALER, Role.SUPPORT):
        page = visible_text(browser(role).get(PRICES))
        assert "Family Month 7.00 EUR 9.00 EUR" in page
        assert ("Remove" in page) == ("Add plan" in page) == (role is Role.PARTNER)


@pytest.mark.parametrize(("amount", "price"), [("7.00", SEVEN), ("", None)])
def test_a_plan_is_added_with_a_price_or_at_list_price(
    browser, form_of, services, listed, amount, price
):
    listed(SEVEN)
    client = browser(Role.PARTNER)
    page = visible_text(client.get(f"{PRICES}/add"))
    assert "Family, Month (9.00 EUR)" in page
    assert "Neighbour's" not in page

    answer = sent(client, form_of, f"{PRICES}/add", plan_id=ID, amount=amount)

    assert answer.location == PRICES
    [(_, asked)] = services.calls_of("billing.set_plan_price")
    assert (asked.account_id, asked.plan_id, asked.price) == (UUID(ID), UUID(ID), price)


@pytest.mark.parametrize(
    ("own", "shown"), [(SEVEN, 'value="7.00"'), (None, 'value=""')]
)
def test_a_price_is_changed_from_what_it_is(
    browser, form_of, services, listed, own, shown
):
    listed(own)
    client = browser(Role.PARTNER)
    assert shown in text_of(client.get(f"{PRICES}/{ID}"))

    sent(client, form_of, f"{PRICES}/{ID}", amount="8,50")

    [(_, asked)] = services.calls_of("billing.set_plan_price")
    assert asked.price == Money.of("8.50 EUR")


def test_what_is_no_amount_is_told_at_the_field(browser, form_of, services, listed):
    listed(SEVEN)

    answer = sent(browser(Role.PARTNER), form_of, f"{PRICES}/{ID}", amount="cheap")

    assert answer.status_code == 422
    assert services.calls_of("billing.set_plan_price") == []


def test_a_plan_is_taken_off(browser, form_of, services, listed):
    listed(SEVEN)
    client = browser(Role.PARTNER)

    answer = client.post(
        f"{PRICES}/{ID}/remove", data=form_of(text_of(client.get(PRICES)))
    )

    assert answer.location == PRICES
    [(_, asked)] = services.calls_of("billing.remove_plan_price")
    assert (asked.account_id, asked.plan_id) == (UUID(ID), UUID(ID))
