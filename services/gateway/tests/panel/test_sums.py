"""The sums above a list, the list and its file are asked for by the same filters."""

from dataclasses import fields
from datetime import date

import pytest

from gateway.admin.sales.money import WALLETS
from gateway.admin.sales.sold_periods import SALES
from gateway.admin.sales.subscriptions import STANDING, SUBSCRIPTIONS
from gateway.balances import STAFF_ENTRIES
from gateway.panel.filters import Choice, Dates, Id, TextFilter, YesNo
from lineup.context import Role
from lineup.contracts.billing.reports import SalesSums, SubscriptionFigures
from lineup.money import Money

ID = "019d0000-0000-7000-8000-000000000001"
DAY = "2026-11-22"
PAGES = [
    ("/sales", SALES, "sum_sales", "list_sales", "/sales.csv"),
    ("/wallets", WALLETS, "get_balances", "list_wallets", "/wallets.csv"),
    (
        "/subscriptions",
        SUBSCRIPTIONS,
        "get_subscription_figures",
        "list_subscriptions",
        "/subscriptions.csv",
    ),
    (
        f"/customers/{ID}/wallet",
        STAFF_ENTRIES,
        "get_statement",
        "list_entries",
        f"/customers/{ID}/statement.csv",
    ),
]


def filters_of(one):
    """Something that a filter's control can say, by the name of each field."""
    words = {Id: ID, TextFilter: "anna", YesNo: "yes", Dates: DAY}
    if isinstance(one, Choice):
        options = [*one.options()]
        return {one.name: str(options[0][0]) if options else ID}
    return dict.fromkeys(one.names, words[type(one)])


@pytest.mark.feature("RP-10")
@pytest.mark.parametrize(
    ("page", "table", "sums", "rows", "file"), PAGES, ids=[page[0] for page in PAGES]
)
def test_every_filter_reaches_the_sums_the_list_and_the_file(
    browser, services, page, table, sums, rows, file
):
    client = browser(Role.PARTNER)
    for one in table.filters:
        filters = filters_of(one)
        services.calls.clear()
        client.get(page, query_string=filters)
        client.get(file, query_string=filters).get_data()

        (_, summed), *_ = services.calls_of(f"billing.{sums}")
        (_, listed), (_, filed) = services.calls_of(f"billing.{rows}")
        for field in fields(listed):
            if field.name == "paging":
                continue
            value = getattr(listed, field.name)
            assert getattr(filed, field.name) == value
            if field.name not in STANDING:
                assert getattr(summed, field.name) == value, (page, filters)
        if not set(filters) & STANDING:
            blank = type(summed)(**({"customer_id": ID} if "customers" in page else {}))
            assert summed != blank, (page, filters)


def test_the_sums_of_sales_are_shown_by_currency(browser, services):
    sums = SalesSums(
        sold=1234,
        trials=2,
        revenue=[Money.of("1908.97 EUR"), Money.of("1200 JPY")],
        refunds=3,
        refunded=[Money.of("12.50 EUR")],
    )
    services.answer_with("billing.sum_sales", sums)
    page = browser(Role.PARTNER).get("/sales").get_data(as_text=True)

    for field in ("1,234", "1,908.97", "1,200", "12.50", "3 refunds"):
        assert field in page


def test_each_count_leads_to_the_list_it_counts_among_what_is_shown(
    browser, services, sample
):
    counts = sample(SubscriptionFigures, today=date(2026, 11, 22))
    services.answer_with("billing.get_subscription_figures", counts)
    query = f"product_id={ID}&state=stopped&search=anna&after={ID}"
    page = browser(Role.PARTNER).get(f"/subscriptions?{query}").get_data(as_text=True)

    kept = f"product_id={ID}&amp;search=anna"
    for state in ("running", "expired"):
        assert f"{kept}&amp;state={state}" in page.replace(
            f"search=anna&amp;product_id={ID}", kept
        )
