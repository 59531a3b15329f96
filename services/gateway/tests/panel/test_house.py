"""Whose house it is: a customer's pages bear its company's name, all others ours."""

import csv
import re

from answers import text_of

from lineup.context import Role
from lineup.contracts.billing.wallets import EntryView
from lineup.contracts.paging import Page


def test_the_portal_bears_the_companys_name_alone(browser):
    page = text_of(browser(Role.CUSTOMER).get("/my"))

    assert "<title>My users · Nova TV</title>" in page
    assert "Lineup" not in re.sub(r"<[^>]+>", "", page)


def test_the_panel_bears_ours(browser):
    page = text_of(browser(Role.PARTNER).get("/dashboard"))
    assert "<title>Dashboard · Lineup</title>" in page


def test_a_customers_statement_as_a_file_has_none_of_our_ids(browser, services, sample):
    services.answer_with("billing.list_entries", Page(items=[sample(EntryView)]))
    [heads, row] = csv.reader(
        text_of(browser(Role.CUSTOMER).get("/my/statement.csv"))
        .lstrip("\ufeff")
        .splitlines()
    )

    assert not {"By", "Transfer"} & set(heads)
    assert not any(re.search("[0-9a-f]{8}-[0-9a-f]{4}", cell) for cell in row)


def test_reports_come_early_and_help_is_last_in_the_menu(browser):
    page = text_of(browser(Role.PARTNER).get("/dashboard"))
    names = re.findall(r'<span class="nav-link-title">([^<]+)</span>', page)

    assert names[:3] == ["Dashboard", "Sell", "Reports"]
    assert names[-1] == "Help"
    assert page.count("nav-last") == 1
