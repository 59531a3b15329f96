"""Pages about Credits: currencies, postpaid sellers, their statements."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest

from gateway.panel.display import money_text
from lineup.context import Role
from lineup.contracts.accounts.tree import AccountKind, AccountView
from lineup.contracts.accounts.users import UserView
from lineup.contracts.billing.catalog import PlanUse, PlanView, ProductView
from lineup.contracts.billing.price_lists import PlanPrice, PriceList
from lineup.contracts.billing.refusals import CreditsMissing, InsufficientBalance
from lineup.contracts.billing.seller_credits import (
    CreditsEntry,
    CreditsStatement,
    Currencies,
    SellerCredits,
    SellerType,
)
from lineup.contracts.billing.subscriptions import (
    PurchaseQuote,
    StopReceipt,
    SubscriptionView,
)
from lineup.contracts.paging import Page
from lineup.money import Money

ID = "019d0000-0000-7000-8000-000000000001"
OTHER = "019d0000-0000-7000-8000-000000000002"
CREDITS = f"/accounts/{ID}/credits"
JULY = datetime(2026, 7, 1, tzinfo=UTC)


def text_of(answer):
    return answer.get_data(as_text=True)


def visible_text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of(answer)))


def sent(client, form_of, path, **values):
    """Open a page's form, fill it in and send it."""
    hidden = form_of(text_of(client.get(path)))
    return client.post(path, data=hidden | values)


def credits_of(number):
    return Money.of(f"{number} CREDIT")


@pytest.fixture
def postpaid(services, sample):
    """`postpaid(type)`: a dealer with 681 Credits and a statement of two rows."""

    def postpaid(type_=SellerType.POSTPAID):
        services.answer_with(
            "accounts.get_account",
            sample(AccountView, id=UUID(ID), kind=AccountKind.DEALER, name="Stall"),
        )
        found = SellerCredits(
            account_id=UUID(ID),
            type=type_,
            balance=credits_of(681),
            used=credits_of(19),
            month_starts_at=JULY,
        )
        services.answer_with("billing.get_seller_credits", found)
        entry = {"corrects_id": None, "corrected_by_id": None}
        sale = sample(
            CreditsEntry,
            cause="purchase",
            reference="Family, 1 month",
            amount=credits_of(-10),
            balance_after=credits_of(481),
            customer_name="Anna Berg",
            customer_id=UUID(OTHER),
            **entry,
        )
        added = sample(
            CreditsEntry,
            cause="credits_added",
            reference="transfer 4711",
            amount=credits_of(200),
            balance_after=credits_of(681),
            customer_name="",
            customer_id=None,
            subscription_id=None,
            **entry,
        )
        rows = Page(items=[added, sale])
        services.answer_with("billing.list_credits_entries", rows)
        sums = CreditsStatement(
            account_id=UUID(ID),
            opening=credits_of(0),
            incoming=credits_of(781),
            outgoing=credits_of(-100),
            closing=credits_of(681),
            entries=2,
        )
        services.answer_with("billing.get_credits_statement", sums)

    return postpaid


def test_credits_are_named_as_people_name_them():
    assert money_text(credits_of(1234)) == "1,234 Credits"


@pytest.mark.feature("RS-09", "RS-19")
def test_the_statement_says_what_moved_and_whose_it_was(browser, services, postpaid):
    postpaid()

    for role in (Role.PARTNER, Role.DEALER, Role.SUPPORT):
        answer = browser(role).get(CREDITS)
        page = visible_text(answer)
        assert "681 Credits" in page
        assert "19 Credits" in page
        assert "Credits added transfer 4711" in page
        assert "Purchase Family, 1 month Anna Berg -10 Credits 481 Credits" in page
        assert f"/customers/{OTHER}/subscriptions" in text_of(answer)
        assert ("Add or take back" in page) == (role is Role.PARTNER)
        assert f"{CREDITS}?booked_from=2026-07-01" in text_of(answer)


@pytest.mark.feature("RS-20")
def test_rows_and_totals_are_of_the_same_days(browser, services, postpaid):
    postpaid()

    browser(Role.PARTNER).get(f"{CREDITS}?booked_from=2026-07-01")

    for verb in ("billing.list_credits_entries", "billing.get_credits_statement"):
        [(_, asked)] = services.calls_of(verb)
        assert (asked.booked_from, asked.account_id) == (JULY, UUID(ID))


def test_the_statement_is_a_file_too(browser, postpaid):
    postpaid()

    rows = text_of(browser(Role.DEALER).get(f"{CREDITS}.csv"))

    assert "transfer 4711" in rows
    assert "Anna Berg" in rows


def test_whoever_is_not_postpaid_has_no_statement(browser, postpaid):
    postpaid(None)

    page = visible_text(browser(Role.PARTNER).get(CREDITS))

    assert "Customers of this seller pay from their own balances" in page
    assert "Make postpaid" in page
    assert "Statement" not in page
    assert "Make postpaid" not in visible_text(browser(Role.DEALER).get(CREDITS))


@pytest.mark.feature("RS-10")
@pytest.mark.parametrize(("amount", "opening"), [("500", credits_of(500)), ("", None)])
def test_a_seller_is_made_postpaid(
    browser, form_of, services, postpaid, amount, opening
):
    postpaid(None)

    answer = sent(browser(Role.PARTNER), form_of, f"{CREDITS}/begin", amount=amount)

    assert answer.location == CREDITS
    [(_, asked)] = services.calls_of("billing.set_seller_type")
    assert (asked.account_id, asked.type) == (UUID(ID), SellerType.POSTPAID)
    assert asked.opening_balance == opening


@pytest.mark.feature("PR-15")
def test_without_credits_it_says_to_add_them_first(
    browser, form_of, services, postpaid
):
    postpaid(None)
    services.answer_with("billing.set_seller_type", CreditsMissing())

    answer = sent(browser(Role.PARTNER), form_of, f"{CREDITS}/begin", amount="500")

    assert answer.status_code == 422
    assert "Add the currency Credits first." in visible_text(answer)


@pytest.mark.feature("RS-18")
@pytest.mark.parametrize(("way", "change"), [("add", 200), ("take", -200)])
def test_credits_are_added_or_taken_with_a_note(
    browser, form_of, services, postpaid, way, change
):
    postpaid()
    values = {"way": way, "amount": "200", "note": "transfer 4711"}

    answer = sent(browser(Role.PARTNER), form_of, f"{CREDITS}/adjust", **values)

    assert answer.location == CREDITS
    [(_, asked)] = services.calls_of("billing.adjust_credits")
    assert (asked.amount, asked.note) == (credits_of(change), "transfer 4711")


@pytest.mark.parametrize("wrong", [{"note": ""}, {"amount": "2.5"}, {"amount": ""}])
def test_what_is_wrong_is_told_at_its_field(
    browser, form_of, services, postpaid, wrong
):
    postpaid()
    values = {"way": "add", "amount": "200", "note": "why"} | wrong

    answer = sent(browser(Role.PARTNER), form_of, f"{CREDITS}/adjust", **values)

    assert answer.status_code == 422
    assert services.calls_of("billing.adjust_credits") == []


def test_more_than_there_is_is_not_taken(browser, form_of, services, postpaid):
    postpaid()
    services.answer_with("billing.adjust_credits", InsufficientBalance())
    values = {"way": "take", "amount": "900", "note": "why"}

    answer = sent(browser(Role.PARTNER), form_of, f"{CREDITS}/adjust", **values)

    assert answer.status_code == 422
    assert "The balance does not cover this." in visible_text(answer)


def test_postpaid_is_ended_after_asking(browser, form_of, services, postpaid):
    postpaid()

    answer = sent(browser(Role.PARTNER), form_of, f"{CREDITS}/end")

    assert answer.location == CREDITS
    [(_, asked)] = services.calls_of("billing.remove_seller_type")
    assert asked.account_id == UUID(ID)


@pytest.mark.feature("PR-15")
@pytest.mark.parametrize(
    ("has_credits", "act", "verb", "path"),
    [
        (False, "Add Credits", "add_credits_currency", "/currencies/credits"),
        (
            True,
            "Remove Credits",
            "remove_credits_currency",
            "/currencies/credits/remove",
        ),
    ],
)
def test_credits_are_a_currency_to_add_and_remove(
    browser, form_of, services, has_credits, act, verb, path
):
    found = Currencies(partner_id=UUID(ID), currency="EUR", has_credits=has_credits)
    services.answer_with("billing.get_currencies", found)
    client = browser(Role.PARTNER)
    page = client.get("/currencies")
    assert act in visible_text(page)

    answer = client.post(path, data=form_of(text_of(page)))

    assert answer.location == "/currencies"
    assert len(services.calls_of(f"billing.{verb}")) == 1


@pytest.mark.feature("PR-03")
@pytest.mark.parametrize(
    ("entered", "price"), [("12", credits_of(12)), ("", None), ("0", credits_of(0))]
)
def test_a_plan_has_a_price_in_credits(
    browser, form_of, services, sample, entered, price
):
    plan = sample(
        PlanView, id=UUID(ID), price=Money.of("9.00 EUR"), credits=credits_of(10)
    )
    services.answer_with("billing.get_plan_use", sample(PlanUse, plan=plan))
    client, path = browser(Role.PARTNER), f"/plans/{ID}/edit"
    assert 'value="10"' in text_of(client.get(path))

    values = {"name": "Month", "amount": "9.00", "in_credits": entered, "sku": ""}
    sent(client, form_of, path, **values)

    [(_, asked)] = services.calls_of("billing.change_plan")
    assert asked.credits == price


@pytest.mark.feature("RS-17")
def test_a_price_list_of_a_postpaid_seller_is_in_credits(
    browser, form_of, services, sample, postpaid
):
    postpaid()
    listed = PlanPrice(
        plan_id=UUID(ID),
        product_name="Family",
        plan_name="Year",
        price=credits_of(90),
        own_price=None,
        list_price=credits_of(100),
        discount_percent=10,
        is_retired=False,
    )
    prices = PriceList(account_id=UUID(ID), plans=[listed])
    services.answer_with("billing.get_price_list", prices)
    services.answer_with(
        "billing.get_plan", sample(PlanView, id=UUID(ID), credits=credits_of(100))
    )
    client, path = browser(Role.PARTNER), f"/accounts/{ID}/price-list"
    page = visible_text(client.get(path))
    assert "Family Year 90 Credits 10 % discount 100 Credits" in page

    sent(client, form_of, f"{path}/{ID}", amount="85", discount_percent="0")

    [(_, asked)] = services.calls_of("billing.set_plan_price")
    assert (asked.price, asked.discount_percent) == (credits_of(85), 0)


@pytest.mark.feature("RS-16")
@pytest.mark.parametrize("type_", [SellerType.POSTPAID, None])
def test_the_dashboard_of_a_seller_has_its_credits(browser, postpaid, type_):
    postpaid(type_)

    page = visible_text(browser(Role.DEALER).get("/dashboard"))

    assert ("Credits left 681" in page) == (type_ is not None)
    assert ("19 used this month" in page) == (type_ is not None)


@pytest.mark.feature("RS-24")
def test_a_stop_says_what_returns_to_whom(browser, form_of, services, sample):
    services.answer_with(
        "billing.get_subscription", sample(SubscriptionView, id=UUID(ID))
    )
    receipt = StopReceipt(
        subscription_id=UUID(ID),
        ended_at=JULY,
        refunded=Money.of("0.00 EUR"),
        credits=credits_of(81),
    )
    services.answer_with("billing.quote_stop", receipt)
    services.answer_with("billing.stop_subscription", receipt)
    path = f"/subscriptions/{ID}/stop"

    page = visible_text(browser(Role.PARTNER).get(path))

    assert "81 Credits will be returned to the seller." in page
    assert "0.00 EUR" not in page


def test_no_cash_is_taken_where_a_seller_pays(browser, services, sample):
    user = sample(UserView, id=UUID(ID), partner_id=UUID(OTHER))
    services.answer_with("accounts.get_user", user)
    plan = sample(PlanView, id=UUID(ID), is_retired=False)
    product = sample(ProductView, partner_id=UUID(OTHER), plans=[plan])
    services.answer_with("billing.list_products", Page(items=[product]))
    quote = sample(PurchaseQuote, price=credits_of(10), missing=credits_of(0))
    services.answer_with("billing.quote_purchase", quote)

    page = visible_text(browser(Role.PARTNER).get(f"/users/{ID}/buy"))

    assert "Buy for 10 Credits" in page
    assert "Paid in cash" not in page
