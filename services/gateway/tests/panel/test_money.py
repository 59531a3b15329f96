"""Pages about money: lists with files, statements, switches, quotes."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from answers import text_of, visible_text

from lineup.context import Role
from lineup.contracts.billing.catalog import PlanView, ProductView
from lineup.contracts.billing.reports import SubscriptionFigures
from lineup.contracts.billing.subscriptions import (
    CountFrom,
    PurchaseQuote,
    RenewalLine,
    RenewalOverview,
    SubscriptionState,
    SubscriptionView,
)
from lineup.contracts.billing.wallets import EntryView
from lineup.contracts.paging import Page
from lineup.errors import Conflict
from lineup.money import Money

ID = "019d0000-0000-7000-8000-000000000001"
OTHER = "019d0000-0000-7000-8000-000000000002"


def rows_of(answer):
    return list(csv.reader(io.StringIO(text_of(answer))))


class TestSubscriptions:
    def test_the_address_says_what_the_service_is_asked(self, browser, services):
        query = "state=running&ends_from=2026-11-22&ends_until=2026-11-28&renews=yes"
        client = browser(Role.PARTNER)
        client.get(f"/subscriptions?{query}&account_id={ID}&order=-ends_at")

        [(_, rpc_request)] = services.calls_of("billing.list_subscriptions")
        assert rpc_request.state is SubscriptionState.RUNNING
        assert rpc_request.ends_from == datetime(2026, 11, 22, tzinfo=UTC)
        assert rpc_request.ends_until == datetime(2026, 11, 29, tzinfo=UTC)
        assert (rpc_request.renews, str(rpc_request.account_id)) == (True, ID)
        assert (rpc_request.paging.order, rpc_request.paging.count_up_to) == (
            "-ends_at",
            10_000,
        )

    def test_days_begin_where_the_reader_lives(self, browser, services):
        token = "token-of-partner"
        services.roles[token] = replace(services.roles[token], time_zone="Europe/Paris")
        browser(Role.PARTNER).get("/subscriptions?ends_from=2026-07-01")

        [(_, rpc_request)] = services.calls_of("billing.list_subscriptions")
        assert rpc_request.ends_from == datetime(2026, 6, 30, 22, tzinfo=UTC)

    def test_figures_lead_to_the_lists_they_count(self, browser, services, sample):
        metrics = sample(SubscriptionFigures, ending_in_7_days=41)
        services.answer_with("billing.get_subscription_figures", metrics)
        client = browser(Role.PARTNER)
        page = text_of(client.get("/subscriptions"))
        [address] = re.findall(r'href="([^"]+)">Expiring in 7 days', page)
        services.calls.clear()
        client.get(address.replace("&amp;", "&"))

        [(_, rpc_request)] = services.calls_of("billing.list_subscriptions")
        assert rpc_request.state is SubscriptionState.RUNNING
        assert (rpc_request.ends_until - rpc_request.ends_from).days == 7

    def test_the_file_has_every_page_and_the_same_filters(
        self, browser, services, sample
    ):
        one, two = (
            sample(SubscriptionView, customer_name=name) for name in ("Anna", "=1+2")
        )
        pages = [Page(items=[one], next_after=one.id), Page(items=[two])]
        services.answer_with("billing.list_subscriptions", lambda *_: pages.pop(0))

        answer = browser(Role.DEALER).get("/subscriptions.csv?state=running")

        heading, first, second = rows_of(answer)
        assert answer.mimetype == "text/csv"
        assert (heading[0], first[0], second[0]) == ("Customer", "Anna", "'=1+2")
        rpc_request = [
            request for _, request in services.calls_of("billing.list_subscriptions")
        ]
        assert {request.state for request in rpc_request} == {SubscriptionState.RUNNING}
        assert [request.paging.after for request in rpc_request] == [None, one.id]

    def test_without_billing_the_page_says_so(self, browser, services):
        services.silent.add("billing")
        answer = browser(Role.PARTNER).get("/subscriptions")

        assert answer.status_code == 200
        assert "The subscriptions cannot be shown right now" in visible_text(answer)

    def test_a_file_without_billing_is_no_empty_file(self, browser, services):
        services.silent.add("billing")

        assert browser(Role.PARTNER).get("/subscriptions.csv").status_code >= 500


class TestStatement:
    @pytest.mark.feature("WL-15")
    def test_the_file_equals_the_screen(self, browser, services, sample):
        entry = sample(
            EntryView,
            cause="refund",
            amount=Money.of("-5.85 EUR"),
            balance_after=Money.of("1.00 EUR"),
            reference="@period",
        )
        services.answer_with("billing.list_entries", Page(items=[entry]))
        client = browser(Role.CUSTOMER)
        query = "?cause=refund&booked_from=2026-03-01"

        page, file = (
            visible_text(client.get("/my/balance" + query)),
            rows_of(client.get("/my/statement.csv" + query)),
        )

        for amount in ("-5.85 EUR", "1.00 EUR"):
            assert amount in page
        assert file[1][1:6] == ["refund", "'@period", "-5.85", "1.00", "EUR"]
        (_, shown), (_, written) = services.calls_of("billing.list_entries")
        assert (shown.cause, shown.booked_from) == (written.cause, written.booked_from)
        assert str(shown.customer_id) == str(written.customer_id) == ID

    def test_a_customer_may_not_look_at_somebody_by_address(self, browser):
        for part in ("wallet", "subscriptions", "renewal", "statement.csv", "top-up"):
            answer = browser(Role.CUSTOMER).get(f"/customers/{OTHER}/{part}")
            assert answer.status_code == 403, part


def overview(sample, **fields):
    lines = [
        sample(
            RenewalLine,
            user_name=name,
            renews=renews,
            is_due=renews,
            obstacle="",
            price=Money.of("10.00 EUR"),
            state=SubscriptionState.RUNNING,
        )
        for name, renews in (("Living room", True), ("Friend", False))
    ]
    return sample(RenewalOverview, lines=lines, due=Money.of("10.00 EUR"), **fields)


class TestRenewal:
    @pytest.mark.feature("SU-02", "UI-22")
    @pytest.mark.parametrize(
        ("role", "address"),
        [
            (Role.CUSTOMER, "/my/renewal"),
            (Role.DEALER, f"/customers/{ID}/renewal"),
        ],
    )
    def test_a_switch_is_saved_at_once_and_the_total_shown_again(
        self, browser, services, sample, role, address
    ):
        missing = {"missing": Money.of("4.00 EUR"), "balance": Money.of("6.00 EUR")}
        services.answer_with(
            "billing.get_renewal_overview", overview(sample, **missing)
        )
        client = browser(role)
        page = client.get(address)
        for amount in ("10.00 EUR", "6.00 EUR", "4.00 EUR"):
            assert amount in visible_text(page)

        fields = _switch_of(text_of(page))
        answer = client.post(fields.pop("action"), data=fields)

        assert answer.location == address
        [(context, rpc_request)] = services.calls_of("billing.switch_renewal")
        assert rpc_request.renews is False
        assert context.idempotency_key

    def test_support_sees_switches_and_turns_none(self, browser, services, sample):
        services.answer_with("billing.get_renewal_overview", overview(sample))
        page = browser(Role.SUPPORT).get(f"/customers/{ID}/renewal")

        assert "Living room" in visible_text(page)
        assert 'role="switch"' not in text_of(page)

    def test_what_is_not_counted_says_why(self, browser, services, sample):
        found = overview(sample)
        retired = replace(found.lines[0], is_due=False, obstacle="plan_retired")
        services.answer_with(
            "billing.get_renewal_overview", replace(found, lines=[retired])
        )

        page = visible_text(browser(Role.CUSTOMER).get("/my/renewal"))
        assert "Not included: the plan is retired" in page


def _switch_of(page):
    """What the first switch of a page sends when it is pressed."""
    form = re.search(r'<form[^>]*action="([^"]+/renewal)".*?</form>', page, re.DOTALL)
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    [(name, value)] = re.findall(r'<button[^>]*name="(\w+)" value="(\w+)"', form[0])
    return {"action": form[1], **dict(hidden), name: value}


@pytest.fixture
def for_sale(services, sample):
    """One plan on sale, and nothing the user has yet."""
    plan = sample(PlanView, is_retired=False, name="Month")
    product = sample(ProductView, plans=[plan], name="Family")
    services.answer_with("billing.list_products", Page(items=[product]))
    services.answer_with("billing.list_subscriptions", Page(items=[]))
    return plan


class TestBuying:
    def test_what_it_gives_stands_there_before_anybody_pays(
        self, browser, services, sample, for_sale
    ):
        quote = sample(
            PurchaseQuote,
            price=Money.of("9.00 EUR"),
            balance=Money.of("20.00 EUR"),
            balance_after=Money.of("11.00 EUR"),
            missing=Money.of("0.00 EUR"),
        )
        services.answer_with("billing.quote_purchase", quote)
        page = visible_text(browser(Role.CUSTOMER).get(f"/users/{ID}/buy"))

        for words in ("Buy for 9.00 EUR", "20.00 EUR", "11.00 EUR", "2 Mar 2026"):
            assert words in page
        assert "is missing" not in page
        assert services.calls_of("billing.purchase") == []

    def test_what_is_missing_is_said_and_staff_led_to_the_top_up(
        self, browser, services, sample, for_sale
    ):
        quote = sample(PurchaseQuote, missing=Money.of("4.00 EUR"))
        services.answer_with("billing.quote_purchase", quote)
        page = text_of(browser(Role.PARTNER).get(f"/users/{ID}/buy"))

        assert "4.00 EUR" in page
        assert f"/customers/{ID}/top-up" in page

    @pytest.mark.usefixtures("something_runs")
    def test_another_product_running_offers_the_change_from_now(
        self, browser, services, sample, for_sale, form_of
    ):
        def quoted(_, request):
            if request.count_from is CountFrom.NOW:
                return sample(PurchaseQuote)
            return Conflict("Another product runs.", code="subscription_active")

        services.answer_with("billing.quote_purchase", quoted)
        client = browser(Role.CUSTOMER)
        page = text_of(client.get(f"/users/{ID}/buy"))
        [address] = re.findall(r'href="([^"]*count_from=now)"', page)
        page = text_of(client.get(address.replace("&amp;", "&")))
        client.post(address.replace("&amp;", "&"), data=form_of(page, address))

        [(_, rpc_request)] = services.calls_of("billing.purchase")
        assert rpc_request.count_from is CountFrom.NOW

    def test_a_second_trial_is_refused_in_words(self, browser, services, for_sale):
        refusal = Conflict("This customer has already used a trial.", code="trial_used")
        services.answer_with("billing.quote_purchase", refusal)
        page = browser(Role.CUSTOMER).get(f"/users/{ID}/buy")

        assert page.status_code == 200
        assert "This customer has already used a trial." in visible_text(page)
        assert "Buy for" not in visible_text(page)


class TestOffers:
    @pytest.fixture
    def on_sale(self, services, sample):
        """A trial that comes first by its name, and a paid plan."""
        trial, paid = (
            sample(
                ProductView,
                name=name,
                is_trial=name == "A trial",
                plans=[sample(PlanView, id=UUID(plan_id), is_retired=False)],
            )
            for name, plan_id in (("A trial", ID), ("Family", OTHER))
        )
        services.answer_with("billing.list_products", Page(items=[trial, paid]))

    @pytest.fixture
    def had(self, services, sample):
        """`had(trial)` is whether the customer, and this user last, had the trial."""

        def had(trial):
            rows = [sample(SubscriptionView, plan_id=UUID(ID))] if trial else []
            services.answer_with("billing.list_subscriptions", Page(items=rows))

        return had

    @pytest.mark.parametrize("trial", [True, False])
    def test_what_is_paid_for_stands_first_and_is_chosen(
        self, browser, services, on_sale, had, trial
    ):
        had(trial)
        page = text_of(browser(Role.CUSTOMER).get(f"/users/{ID}/buy"))

        plans = re.findall(r'name="plan_id" id="plan-[^"]+" value="([^"]+)"', page)
        assert plans == ([OTHER] if trial else [OTHER, ID])
        [(_, rpc_request)] = services.calls_of("billing.quote_purchase")
        assert str(rpc_request.plan_id) == OTHER


class TestStopping:
    def test_a_users_running_subscription_is_stopped_by_the_users_address(
        self, browser, services, sample, form_of
    ):
        running = sample(SubscriptionView, product_name="Family")
        services.answer_with("billing.list_subscriptions", Page(items=[running]))
        client = browser(Role.CUSTOMER)
        address = f"/users/{ID}/stop"
        page = client.get(address)
        assert "9.00 EUR will be refunded to the balance" in visible_text(page)

        fields = form_of(text_of(page)) | {"reason": "moved away"}
        client.post(address, data=fields)

        [(_, rpc_request)] = services.calls_of("billing.stop_subscription")
        assert (str(rpc_request.subscription_id), rpc_request.reason) == (
            ID,
            "moved away",
        )

    def test_nothing_running_leads_back(self, browser, services):
        services.answer_with("billing.list_subscriptions", Page(items=[]))

        assert browser(Role.CUSTOMER).get(f"/users/{ID}/stop").location == "/my"

    def test_deleting_a_running_user_stops_it_and_says_what_comes_back(
        self, browser, services, form_of
    ):
        client = browser(Role.CUSTOMER)
        address = f"/users/{ID}/delete"
        page = client.get(address)
        assert "9.00 EUR is refunded to the balance" in visible_text(page)
        assert "Stop and delete text" in visible_text(page)
        answer = client.post(address, data=form_of(text_of(page)))

        assert answer.location == "/my"
        [(stopping, stopped)] = services.calls_of("billing.stop_subscription")
        [(deleting, deleted)] = services.calls_of("accounts.delete_user")
        assert str(stopped.subscription_id) == str(deleted.user_id) == ID
        assert stopping.idempotency_key != deleting.idempotency_key
        assert "9.00 EUR was refunded to the balance" in visible_text(client.get("/my"))

    @pytest.mark.usefixtures("something_runs")
    def test_what_began_to_run_in_between_is_offered_to_be_stopped(
        self, browser, services, form_of
    ):
        services.answer_with("billing.list_subscriptions", Page(items=[]))
        refusal = Conflict("Stop the subscription first.", code="subscription_active")
        services.answer_with("accounts.delete_user", refusal)
        client = browser(Role.CUSTOMER)
        address = f"/users/{ID}/delete"
        answer = client.post(address, data=form_of(text_of(client.get(address))))

        assert answer.status_code == 422
        assert f'href="/users/{ID}/stop"' in text_of(answer)
        assert services.calls_of("billing.stop_subscription") == []
