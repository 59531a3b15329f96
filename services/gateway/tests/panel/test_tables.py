"""Lists keep what was asked of them in the address, and ask the service for just that."""

import re
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import g

from gateway.panel.filters import Choice, Dates, TextFilter, YesNo
from gateway.panel.optional_results import OptionalResult
from gateway.panel.tables import Column, Table
from lineup.context import NOBODY, Role
from lineup.contracts.accounts.customers import CustomerView
from lineup.contracts.notifications import DeliveryState
from lineup.contracts.paging import Page
from lineup.errors import Invalid

ID = "019d0000-0000-7000-8000-000000000001"

LOG = Table(
    "log",
    Column("subject", "Subject", order="subject"),
    Column("tries", "Attempts", order="tries", is_numeric=True),
    Column("note", "Note", is_hidden=True),
    filters=(
        TextFilter("Anything"),
        Choice("state", "Status", DeliveryState),
        YesNo("is_late", "Late"),
        Dates("created", "Created"),
    ),
    order="-tries",
)


@pytest.fixture
def listing_for(app):
    """`asked("state=sent")` is the table as an address asks for it."""
    with ExitStack() as requests:

        def open_listing(query="", zone="UTC"):
            requests.enter_context(app.test_request_context(f"/deliveries?{query}"))
            g.actor = replace(NOBODY, time_zone=zone)
            return LOG.listing()

        yield open_listing


def found(listing, count, **page):
    return listing.showing(OptionalResult(Page(items=["row"] * count, **page)))


class TestReadingTheAddress:
    def test_each_filter_fills_the_field_of_its_name(self, listing_for):
        assert listing_for("search=ana&state=sent&is_late=no").filters == {
            "search": "ana",
            "state": DeliveryState.SENT,
            "is_late": False,
        }

    def test_what_cannot_be_right_is_not_asked(self, listing_for):
        query = "search=%00%20&state=nonsense&is_late=maybe&created_from=31-12-2026"

        assert listing_for(query).filters == {}

    def test_days_are_days_where_one_lives_and_the_last_one_counts(self, listing_for):
        day = "created_from=2026-03-29&created_until=2026-03-29"

        filters = listing_for(day, "Europe/Paris").filters

        # The day on which summer time begins has 23 hours.
        assert filters["created_from"] == datetime(2026, 3, 28, 23, tzinfo=UTC)
        assert filters["created_until"] == datetime(2026, 3, 29, 22, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("order_param", "order"),
        [
            ("", "-tries"),
            ("subject", "subject"),
            ("-subject", "-subject"),
            ("password", "-tries"),
        ],
    )
    def test_only_offered_orders_reach_the_service(
        self, listing_for, order_param, order
    ):
        assert listing_for(f"order={order_param}").paging.order == order

    def test_a_page_starts_after_a_row_and_what_is_no_id_is_the_first(
        self, listing_for
    ):
        assert str(listing_for(f"after={ID}").paging.after) == ID
        assert str(listing_for(f"before={ID}").paging.before) == ID
        assert listing_for("after=x").paging.after is None


class TestAddresses:
    @pytest.mark.feature("UI-08")
    def test_sorting_keeps_the_filters_and_begins_at_the_first_page(self, listing_for):
        listing = listing_for(f"state=sent&after={ID}&from=51")

        assert (
            listing.sorted_by(LOG.columns[0]) == "/deliveries?state=sent&order=subject"
        )

    def test_sorting_again_turns_the_order_round(self, listing_for):
        subject = LOG.columns[0]

        assert (
            listing_for("order=subject").sorted_by(subject)
            == "/deliveries?order=-subject"
        )
        assert (
            listing_for("order=-subject").sorted_by(subject)
            == "/deliveries?order=subject"
        )
        assert listing_for("order=-subject").direction_of(subject) == "descending"

    @pytest.mark.feature("UI-08")
    def test_pages_lead_on_and_back_and_count_along(self, listing_for):
        page = {"next_after": ID, "previous_before": ID, "total": 120}
        listing = found(listing_for(f"state=sent&after={ID}&from=51"), 50, **page)

        assert listing.span == "51–100 of 120"  # noqa: RUF001
        assert listing.next_page == f"/deliveries?state=sent&after={ID}&from=101"
        assert listing.previous_page == f"/deliveries?state=sent&before={ID}&from=1"

    def test_a_count_that_was_cut_off_says_so(self, listing_for):
        assert found(listing_for(), 50, total=10_000).span == "1–50 of 10,000+"  # noqa: RUF001

    def test_clearing_the_filters_keeps_the_order(self, listing_for):
        query = "search=x&state=sent&created_from=2026-01-01&order=subject"

        assert listing_for(query).without_filters == "/deliveries?order=subject"


class TestColumns:
    @pytest.mark.feature("UI-08")
    def test_picked_columns_are_shown_and_remembered(self, app, browser):
        client = browser(Role.PARTNER)

        client.get("/products?columns=name&columns=addresses")

        assert headers(client, "/products") == ["Name", "Locations"]
        assert client.get_cookie("columns_products").http_only

    def test_without_a_choice_the_usual_ones_are_shown(self, listing_for):
        assert [column.name for column in listing_for().columns] == ["subject", "tries"]
        assert [c.name for c in listing_for("columns=nonsense").columns] == [
            "subject",
            "tries",
        ]


def headers(client, path):
    page = client.get(path).get_data(as_text=True)
    cells = re.findall(r"<th scope=\"col\".*?</th>", page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


def test_a_page_that_is_gone_becomes_the_first_one(browser, services, sample):
    def answer(_, request):
        if request.paging.after is not None:
            return Invalid(code="page_gone")
        return Page(items=[sample(CustomerView, username="first-page")])

    services.answer_with("accounts.list_customers", answer)

    page = browser(Role.PARTNER).get(f"/customers?after={ID}&from=51")

    assert page.status_code == 200
    assert "first-page" in page.get_data(as_text=True)


def test_nothing_found_and_nothing_there_are_told_apart(browser, services):
    services.answer_with("accounts.list_customers", Page(items=[]))
    client = browser(Role.PARTNER)

    assert "No customers yet." in client.get("/customers").get_data(as_text=True)
    narrowed = client.get("/customers?search=x").get_data(as_text=True)
    assert "Nothing matches." in narrowed
    assert 'href="/customers">Clear filters' in narrowed


def test_a_part_asked_for_after_sign_out_reloads_the_whole_page(client):
    answer = client.get("/customers", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Refresh"] == "true"
