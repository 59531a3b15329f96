"""The dashboard: each figure is its list's, each part goes missing alone."""

import re
import time
from datetime import date, timedelta
from html import unescape

import pytest

from lineup.context import Role
from lineup.contracts.accounts import (
    AccountView,
    CustomerCounts,
    Standing,
    StateCount,
)
from lineup.contracts.billing import (
    DayCount,
    OrderState,
    OrderView,
    SalesDay,
    SalesTotal,
    SalesView,
    SubscriptionFigures,
)
from lineup.contracts.notifications import DeliveryCounts, DeliveryState
from lineup.contracts.paging import Page
from lineup.contracts.playlists import ChannelView, GuideReach, GuideSourceView
from lineup.money import Money

TODAY = date(2026, 3, 2)
STAFF = (
    Role.OPERATOR,
    Role.SUPPORT,
    Role.PARTNER,
    Role.STAFF,
    Role.RESELLER,
    Role.DEALER,
)


def text_of(answer):
    return answer.get_data(as_text=True)


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of(answer)))


def days(count, step=1, first=TODAY):
    return [
        DayCount(on=first + timedelta(days=n * step), count=n) for n in range(count)
    ]


def total(sold, *amounts):
    return SalesTotal(
        sold=sold,
        trials=0,
        revenue=[Money.of(a) for a in amounts],
        refunds=0,
        refunded=[],
    )


@pytest.fixture
def figures(services, sample):
    """Answers that can be told apart by their numbers."""
    states = [
        StateCount(state=state, customers=100 + n) for n, state in enumerate(Standing)
    ]
    counts = CustomerCounts(
        total=1234, states=states, sellers=[], groups=[], products=[], months=[]
    )
    services.tell("accounts.count_customers", counts)
    services.tell(
        "billing.get_subscription_figures",
        SubscriptionFigures(
            today=TODAY,
            time_zone="UTC",
            running=900,
            trials=11,
            renewing=700,
            ending_in_7_days=21,
            ending_in_30_days=435,
            lapsed_in_30_days=17,
            stopped_in_30_days=3,
            ending=days(30),
            lapsed=days(30, -1),
            by_product=[],
            by_seller=[],
        ),
    )
    sold = [
        SalesDay(
            on=TODAY - timedelta(days=29 - n),
            sold=n,
            revenue=[Money.of(f"{n}.50 EUR")] if n else [],
            refunded=[],
        )
        for n in range(30)
    ]
    services.tell(
        "billing.get_sales",
        SalesView(
            first_on=sold[0].on,
            last_on=TODAY,
            time_zone="UTC",
            days=sold,
            total=total(435, "449.50 EUR"),
            before=total(400, "500.00 EUR"),
        ),
    )
    services.tell(
        "notifications.count_deliveries",
        DeliveryCounts(queued=1, sent=2000, failed=4, bounced=5),
    )
    for verb, kind, count in (
        ("billing.list_orders", OrderView, 6),
        ("playlists.list_channels", ChannelView, 7),
        ("playlists.list_guide_sources", GuideSourceView, 8),
        ("accounts.list_accounts", AccountView, 9),
    ):
        services.tell(verb, Page(items=[sample(kind)], total=count))
    return services


@pytest.mark.parametrize("role", STAFF)
def test_every_role_has_a_dashboard_of_its_own(browser, figures, role):
    answer = browser(role).get("/dashboard")

    assert answer.status_code == 200
    words = words_of(answer)
    assert "1,234" in words
    assert ("Exceptions" in words) == (role not in {Role.RESELLER, Role.DEALER})
    assert ("Sales of 30 days" in words) == (role is not Role.SUPPORT)
    assert ("Parts of the platform" in words) == (role is Role.OPERATOR)


def linked(page):
    """Figures that lead somewhere: (words, address) each."""
    return [
        (re.sub(r"<[^>]+>", " ", words).split(), unescape(address))
        for address, words in re.findall(
            r'<a class="(?:list-group-item|stretched-link)[^>]*href="([^"]+)">(.*?)</a>',
            page,
            re.DOTALL,
        )
    ]


def test_figures_lead_to_the_lists_they_count(browser, figures):
    client = browser(Role.PARTNER)
    page = text_of(client.get("/dashboard"))
    counted = {
        verb: [asked for _, asked in figures.calls_of(verb)]
        for verb in ("billing.list_orders", "playlists.list_channels")
    }
    states = {question.state for question in counted["billing.list_orders"]}
    assert states == {None, OrderState.EXCEPTION}
    reaches = {question.guide for question in counted["playlists.list_channels"]}
    assert reaches == {None, GuideReach.LACKING}

    followed = {tuple(words): address for words, address in linked(page)}
    failed = followed["Failed", "4"]
    client.get(failed)
    [(_, listed)] = figures.calls_of("notifications.list_deliveries")
    [(_, counts), *_] = figures.calls_of("notifications.count_deliveries")
    assert listed.state is DeliveryState.FAILED
    assert listed.created_from == counts.created_from
    assert listed.created_until is None


def test_sales_are_drawn_and_compared(browser, figures):
    answer = browser(Role.PARTNER).get("/dashboard")

    words = words_of(answer)
    assert "449.50 EUR" in words
    assert "10 % less than in the 30 days before" in words
    assert "9 % more" in words
    assert text_of(answer).count('data-value="') == 30
    assert '<canvas data-chart="bar"' in text_of(answer)


@pytest.mark.parametrize(
    ("service", "gone", "stays"),
    [
        ("accounts", "Customers cannot be shown", "Ending in 7 days"),
        ("billing", "Sales cannot be shown", "1,234"),
        ("playlists", "Guide cannot be shown", "1,234"),
        ("notifications", "Messages of 7 days cannot be shown", "1,234"),
    ],
)
def test_a_stopped_service_takes_its_cards_alone(
    browser, figures, service, gone, stays
):
    client = browser(Role.OPERATOR)
    client.get("/dashboard")
    figures.silent.add(service)
    began = time.monotonic()

    answer = client.get("/dashboard")

    assert time.monotonic() - began < 3
    assert answer.status_code == 200
    words = words_of(answer)
    assert gone in words
    assert stays in words
    assert f"{service.title()} does not answer" in words


def steps_in(page):
    return re.findall(r'class="fw-medium">(?:<a[^>]*>)?(\w+)', page)


def test_first_steps_tick_themselves_until_all_are_done(browser, figures, form_of):
    none = Page(items=[], total=0)
    figures.tell("accounts.list_accounts", none)
    figures.tell("billing.list_products", none)
    client = browser(Role.PARTNER)

    page = text_of(client.get("/dashboard"))
    steps = page.split("Getting started")[1].split("</ol>")[0]
    assert steps.count("Done") == 3

    for verb in ("accounts.list_accounts", "billing.list_products"):
        figures.tell(verb, Page(items=[], total=1))
    assert "Getting started" not in text_of(client.get("/dashboard"))


def test_first_steps_can_be_put_away(browser, figures, form_of):
    figures.tell("billing.list_products", Page(items=[], total=0))
    client = browser(Role.PARTNER)
    page = text_of(client.get("/dashboard"))
    hidden = form_of(page, "/dashboard/steps/hide")

    client.post("/dashboard/steps/hide", data=hidden)

    assert "Getting started" not in text_of(client.get("/dashboard"))
