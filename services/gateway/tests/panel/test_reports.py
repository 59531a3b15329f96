"""The count of customers: every number leads to its list, the file holds the same."""

import csv
import io
import re
from datetime import UTC, date, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from answers import text_of

from lineup.context import Role
from lineup.contracts.accounts.customers import (
    CountOf,
    CustomerCounts,
    CustomerStatus,
    MonthCount,
    StateCount,
)
from lineup.errors import Unavailable

ID = "019d0000-0000-7000-8000-000000000001"


@pytest.fixture
def counted(services):
    states = [
        StateCount(state=state, customers=n)
        for n, state in enumerate(CustomerStatus, 1)
    ]
    months = [
        MonthCount(starts_at=datetime(2026, month, 1, tzinfo=UTC), customers=month)
        for month in range(1, 13)
    ]
    counts = CustomerCounts(
        total=21,
        states=states,
        sellers=[CountOf(id=UUID(ID), name="=SUM(A1)", customers=21)],
        groups=[
            CountOf(id=UUID(ID), name="Hotel", customers=4),
            CountOf(id=None, name="", customers=11),
        ],
        products=[CountOf(id=UUID(ID), name="Family", customers=9)],
        months=months,
    )
    services.answer_with("accounts.count_customers", counts)
    return services


def lines(page):
    """Words, number and address of every line that leads to a list."""
    found = re.findall(
        r'list-group-item-action[^>]*href="([^"]+)"><span>(.*?)</span><span[^>]*>([\d,]+)<',
        page,
    )
    return {(words, int(number)): unescape(address) for address, words, number in found}


def test_every_number_leads_to_the_list_it_counts(browser, counted):
    client = browser(Role.PARTNER)
    found = lines(text_of(client.get(f"/reports/customers?group_id={ID}")))

    assert len(found) == 6 + 1 + 2 + 1 + 12
    client.get(found["Active", 3])
    client.get(found["Family", 9])
    client.get(found["Feb 2026", 2])
    requests = [one for _, one in counted.calls_of("accounts.list_customers")]
    assert [str(one.group_id) for one in requests] == [ID] * 3
    active, family, february = requests
    assert active.state is CustomerStatus.ACTIVE
    assert str(family.product_id) == ID
    assert february.created_from.date() == date(2026, 2, 1)
    assert february.created_until.date() == date(2026, 3, 1)


def test_the_figures_are_asked_for_as_the_address_says(browser, counted):
    browser(Role.PARTNER).get(
        "/reports/customers?state=trial&created_from=2026-03-01&created_until=2026-03-31"
    )

    [(_, rpc_request)] = counted.calls_of("accounts.count_customers")
    assert rpc_request.state is CustomerStatus.TRIAL
    assert (rpc_request.created_until - rpc_request.created_from).days == 31


def test_a_month_leads_to_those_of_its_days_that_were_asked_for(browser, counted):
    client = browser(Role.PARTNER)
    page = text_of(client.get("/reports/customers?created_from=2026-02-10"))

    query = parse_qs(urlsplit(lines(page)["Feb 2026", 2]).query)
    assert query["created_from"] == ["2026-02-10"]
    assert query["created_until"] == ["2026-02-28"]


def test_the_file_holds_the_numbers_of_the_page_and_no_formula(browser, counted):
    answer = browser(Role.PARTNER).get("/reports/customers.csv")

    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(text_of(answer))))
    assert rows[0] == ["Group by", "Value", "Customers"]
    assert ["Total", "UTC", "21"] in rows
    assert sum(int(row[2]) for row in rows if row[0] == "Status") == 21
    assert ["Seller", "'=SUM(A1)", "21"] in rows
    assert ["Group", "No group", "11"] in rows


def test_while_accounts_is_away_the_page_says_so(browser, services):
    services.answer_with(
        "accounts.count_customers", Unavailable(code="service_unavailable")
    )

    answer = browser(Role.PARTNER).get("/reports/customers")

    assert answer.status_code == 200
    assert "The report cannot be shown right now" in text_of(answer)
