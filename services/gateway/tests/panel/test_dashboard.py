"""The dashboard: each figure is its list's, each part goes missing alone."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from answers import text_of, visible_text

from gateway.app_context import app_context_of
from lineup.context import Role
from lineup.contracts.accounts.customers import (
    CustomerCounts,
    CustomerStatus,
    StateCount,
)
from lineup.contracts.accounts.tree import AccountView
from lineup.contracts.billing.orders import OrderState, OrderView
from lineup.contracts.billing.reports import (
    DayCount,
    SalesDay,
    SalesTotal,
    SalesView,
    SubscriptionFigures,
)
from lineup.contracts.billing.shops import ShopDeliveryView
from lineup.contracts.billing.subscriptions import (
    RenewalOverview,
    SubscriptionState,
    SubscriptionView,
)
from lineup.contracts.notifications import DeliveryCounts, DeliveryState
from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import ChannelView, GuideReach
from lineup.contracts.playlists.guide import GuideSourceView
from lineup.money import Money

TODAY = date(2026, 3, 2)
ID = "019d0000-0000-7000-8000-000000000001"
STAFF = (
    Role.OPERATOR,
    Role.SUPPORT,
    Role.PARTNER,
    Role.STAFF,
    Role.RESELLER,
    Role.DEALER,
)


def days(count, step=1, first=TODAY):
    return [
        DayCount(on=first + timedelta(days=n * step), count=n) for n in range(count)
    ]


NOTHING = SalesTotal(sold=0, trials=0, revenue=[], refunds=0, refunded=[])


def two_months(amount="{}.00 EUR", back=""):
    """February and the first two days of March: each day its number is sold."""
    return [
        SalesDay(
            on=on,
            sold=on.day,
            revenue=[Money.of(amount.format(on.day))] if amount else [],
            refunded=[Money.of(back)] if back else [],
        )
        for on in (date(2026, 2, 1) + timedelta(days=n) for n in range(30))
    ]


def sales_of(days):
    return SalesView(
        first_on=days[0].on,
        last_on=days[-1].on,
        time_zone="UTC",
        days=days,
        total=NOTHING,
        before=NOTHING,
    )


@pytest.fixture
def dashboard_services(services, sample):
    """Answers that can be told apart by their numbers."""
    states = [
        StateCount(state=state, customers=100 + n)
        for n, state in enumerate(CustomerStatus)
    ]
    counts = CustomerCounts(
        total=1234, states=states, sellers=[], groups=[], products=[], months=[]
    )
    services.answer_with("accounts.count_customers", counts)
    services.answer_with(
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
            trend=days(30, first=TODAY - timedelta(days=29)),
        ),
    )
    services.answer_with("billing.get_sales", sales_of(two_months()))
    services.answer_with("billing.list_subscriptions", Page(items=[], total=17))
    services.answer_with(
        "notifications.count_deliveries",
        DeliveryCounts(queued=1, sent=2000, failed=4, bounced=5),
    )
    for verb, kind, count in (
        ("billing.list_orders", OrderView, 6),
        ("billing.list_shop_deliveries", ShopDeliveryView, 12),
        ("playlists.list_channels", ChannelView, 7),
        ("playlists.list_guide_sources", GuideSourceView, 8),
        ("accounts.list_accounts", AccountView, 9),
    ):
        services.answer_with(verb, Page(items=[sample(kind)], total=count))
    return services


@pytest.mark.feature("UI-01")
@pytest.mark.parametrize("role", STAFF)
def test_every_role_has_a_dashboard_of_its_own(browser, dashboard_services, role):
    answer = browser(role).get("/dashboard")

    assert answer.status_code == 200
    words = visible_text(answer)
    assert "1,234" in words
    assert ("Orders with exceptions" in words) == (
        role not in {Role.RESELLER, Role.DEALER}
    )
    assert ("Revenue this month" in words) == (role is not Role.SUPPORT)
    assert ("System status" in words) == (role is Role.OPERATOR)


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


def test_figures_lead_to_the_lists_they_count(browser, dashboard_services):
    client = browser(Role.PARTNER)
    page = text_of(client.get("/dashboard"))
    counted = {
        verb: [rpc_request for _, rpc_request in dashboard_services.calls_of(verb)]
        for verb in ("billing.list_orders", "playlists.list_channels")
    }
    states = {rpc_request.state for rpc_request in counted["billing.list_orders"]}
    assert states == {None, OrderState.EXCEPTION}
    reaches = {rpc_request.guide for rpc_request in counted["playlists.list_channels"]}
    assert reaches == {None, GuideReach.LACKING}

    followed = {tuple(words): address for words, address in linked(page)}
    unused = followed["Webhook", "deliveries", "on", "hold", "12"]
    assert unused.endswith("/shop-deliveries?verdict=parked")
    failed = followed["Failed", "4"]
    client.get(failed)
    [(_, listed)] = dashboard_services.calls_of("notifications.list_deliveries")
    [(_, counts), *_] = dashboard_services.calls_of("notifications.count_deliveries")
    assert listed.state is DeliveryState.FAILED
    assert listed.created_from == counts.created_from
    assert listed.created_until is None


def drawn(page, title):
    """The rows below a picture: a label, then what each series has for it."""
    table = page.split(f"{title} as a table")[1].split("</tbody>")[0]
    rows = re.findall(r'<th scope="row">([^<]*)</th>(.*)', table)
    return [
        (label, *re.findall(r'data-value="([^"]*)"', cells)) for label, cells in rows
    ]


def test_this_month_stands_beside_the_last(browser, dashboard_services, app):
    answer = browser(Role.PARTNER).get("/dashboard")

    words = visible_text(answer)
    assert (
        "This month 3.00 EUR no change compared with the same day last month" in words
    )
    assert "Last month 406.00 EUR" in words
    rows = drawn(text_of(answer), "Revenue by day of the month")
    assert rows[:3] == [
        ("1", "1.00", "1.00"),
        ("2", "3.00", "3.00"),
        ("3", "", "6.00"),
    ]
    assert rows[-1] == ("28", "", "406.00")
    [(_, rpc_request)] = dashboard_services.calls_of("billing.get_sales")
    now = app_context_of(app).clock.now().date()
    assert rpc_request.first_on == (now.replace(day=1) - timedelta(days=1)).replace(
        day=1
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (two_months("{}.00 EUR", back="1.00 EUR"), "Refunded 2.00 EUR"),
        (two_months("{} JPY"), "Last month 406 JPY"),
        (two_months(""), "Sold 3"),
        (two_months()[:29], "This month 1.00 EUR"),
    ],
)
def test_months_are_compared_whatever_was_sold(
    browser, dashboard_services, days, words
):
    dashboard_services.answer_with("billing.get_sales", sales_of(days))
    answer = browser(Role.PARTNER).get("/dashboard")

    assert words in visible_text(answer)
    assert len(drawn(text_of(answer), "Revenue by day of the month")) == 28


def test_the_trend_of_what_runs_is_drawn(browser, dashboard_services):
    answer = browser(Role.SUPPORT).get("/dashboard")

    assert "900 more than on 1 February" in visible_text(answer)
    rows = drawn(text_of(answer), "Active subscriptions by day")
    assert (rows[0], rows[-1]) == (("1 Feb", "0"), ("2 Mar", "29"))


@pytest.fixture
def ending(dashboard_services, sample):
    """`ending(renews=…)` is the one subscription that ends this week."""

    def end(missing="0.00 EUR", **facts):
        one = sample(SubscriptionView, customer_name="Ana Berg", **facts)

        def listed(_, rpc_request):
            is_due = rpc_request.state is SubscriptionState.RUNNING
            return Page(items=[one] if is_due else [], total=int(is_due))

        dashboard_services.answer_with("billing.list_subscriptions", listed)
        overview = sample(RenewalOverview, missing=Money.of(missing))
        dashboard_services.answer_with("billing.get_renewal_overview", overview)

    return end


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"renews": True, "missing": "5.00 EUR"}, "5.00 EUR missing"),
        ({"renews": True}, "paid from the balance"),
        ({"renews": True, "obstacle": "plan_retired"}, "plan retired"),
        ({"renews": False, "missing": "5.00 EUR"}, "auto-renewal off"),
    ],
)
def test_what_ends_says_what_is_missing_and_is_renewed_by_one_click(
    browser, ending, facts, words
):
    ending(**{"obstacle": "", **facts})
    page = browser(Role.DEALER).get("/dashboard")

    assert "Ana Berg text" in visible_text(page)
    assert words in visible_text(page)
    assert f'href="/users/{ID}/buy">Renew' in text_of(page)
    assert "No lapsed subscriptions in the last 30 days." in visible_text(page)


def test_support_looks_and_renews_nothing(browser, ending):
    ending(renews=False)
    page = text_of(browser(Role.SUPPORT).get("/dashboard"))

    assert "Ana Berg" in page
    assert "/buy" not in page


def test_who_lapsed_has_bought_nothing_since(browser, dashboard_services, sample):
    one = sample(SubscriptionView, customer_name="Ben Gone")

    def listed(_, rpc_request):
        is_over = rpc_request.state is SubscriptionState.EXPIRED
        return Page(items=[one] if is_over else [], total=17 * is_over)

    dashboard_services.answer_with("billing.list_subscriptions", listed)
    client = browser(Role.PARTNER)
    page = client.get("/dashboard")

    assert "Ben Gone" in text_of(page)
    followed = {tuple(words): address for words, address in linked(text_of(page))}
    client.get(followed["Lapsed", "in", "the", "last", "30", "days"])
    rpc_request = [
        rpc_request
        for _, rpc_request in dashboard_services.calls_of("billing.list_subscriptions")
    ]
    shown, listed = [a for a in rpc_request if a.state is SubscriptionState.EXPIRED]
    for one in (shown, listed):
        assert (one.is_newest, one.ends_from) == (True, shown.ends_from)


@pytest.mark.parametrize("role", STAFF)
def test_a_day_without_anybody_shows_first_steps_and_no_zeros(
    browser, dashboard_services, sample, role
):
    no_customers = sample(CustomerCounts, total=0)
    dashboard_services.answer_with("accounts.count_customers", no_customers)
    dashboard_services.answer_with(
        "billing.get_subscription_figures", sample(SubscriptionFigures, running=0)
    )
    dashboard_services.answer_with("billing.list_products", Page(items=[], total=0))
    client = browser(role)
    page = text_of(client.get("/dashboard"))
    words = re.sub(r"<[^>]+>", " ", page)

    for counted in ("Revenue", "Expiring in 7 days", "Lapsed", "Recent orders"):
        assert counted not in words
    if role in {Role.PARTNER, Role.STAFF}:
        assert "Getting started" in words
    elif role not in {Role.OPERATOR, Role.SUPPORT}:
        (onward,) = re.findall(r'href="([^"]+)">Create your first customer', page)
        assert client.get(onward).status_code == 200


@pytest.mark.feature("UI-15")
@pytest.mark.parametrize(
    ("service", "gone", "stays"),
    [
        ("accounts", "Customers cannot be shown", "Expiring in 7 days"),
        ("billing", "Renewals due cannot be shown", "1,234"),
        ("playlists", "Guide cannot be shown", "1,234"),
        ("notifications", "Messages in the last 7 days cannot be shown", "1,234"),
    ],
)
def test_a_stopped_service_takes_its_cards_alone(
    browser, dashboard_services, service, gone, stays
):
    client = browser(Role.OPERATOR)
    client.get("/dashboard")
    dashboard_services.silent.add(service)
    dashboard_services.calls.clear()

    answer = client.get("/dashboard")

    assert dashboard_services.calls_share_one_limit()
    assert answer.status_code == 200
    words = visible_text(answer)
    assert gone in words
    assert stays in words
    assert f"{service.title()} Not responding" in words


def steps_in(page):
    return re.findall(r'class="fw-medium">(?:<a[^>]*>)?(\w+)', page)


@pytest.mark.feature("UI-24")
def test_first_steps_tick_themselves_until_all_are_done(
    browser, dashboard_services, form_of
):
    none = Page(items=[], total=0)
    dashboard_services.answer_with("accounts.list_accounts", none)
    dashboard_services.answer_with("billing.list_products", none)
    client = browser(Role.PARTNER)

    page = text_of(client.get("/dashboard"))
    steps = page.split("Getting started")[1].split("</ol>")[0]
    assert steps.count("Done") == 3

    for verb in ("accounts.list_accounts", "billing.list_products"):
        dashboard_services.answer_with(verb, Page(items=[], total=1))
    assert "Getting started" not in text_of(client.get("/dashboard"))


def test_first_steps_can_be_put_away(browser, dashboard_services, form_of):
    dashboard_services.answer_with("billing.list_products", Page(items=[], total=0))
    client = browser(Role.PARTNER)
    page = text_of(client.get("/dashboard"))
    hidden = form_of(page, "/dashboard/steps/hide")

    client.post("/dashboard/steps/hide", data=hidden)

    assert "Getting started" not in text_of(client.get("/dashboard"))
