"""What staff does with one subscription: its end date, suspensions."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from answers import text_of, visible_text

from lineup.context import Permission, Role
from lineup.contracts.billing.subscriptions import (
    RenewalLine,
    RenewalOverview,
    SubscriptionState,
    SubscriptionView,
    SuspensionCause,
)
from lineup.contracts.paging import Page

ID = "019d0000-0000-7000-8000-000000000001"
ENDS = datetime(2026, 7, 1, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def known(services, sample):
    """One subscription, and a partner's login in Paris."""
    token = "token-of-partner"
    services.roles[token] = replace(services.roles[token], time_zone="Europe/Paris")
    view = sample(SubscriptionView, ends_at=ENDS, product_name="Family")
    services.answer_with("billing.get_subscription", view)
    services.answer_with("billing.set_end_date", view)
    return services


@pytest.mark.feature("SU-15")
class TestEndDate:
    ADDRESS = f"/subscriptions/{ID}/end-date"

    def send(self, client, form_of, **entered):
        fields = form_of(text_of(client.get(self.ADDRESS)))
        return client.post(self.ADDRESS, data=fields | entered)

    def test_an_instant_of_the_readers_zone_is_set(self, browser, known, form_of):
        client = browser(Role.PARTNER)
        entered = {"ends_at": "2026-08-01T14:30", "reason": "an outage"}
        answer = self.send(client, form_of, **entered)

        assert answer.status_code == 303
        [(_, asked)] = known.calls_of("billing.set_end_date")
        assert asked.ends_at == datetime(2026, 8, 1, 12, 30, tzinfo=UTC)
        assert asked.reason == "an outage"
        page = visible_text(client.get(answer.location))
        assert "New end date: 1 Jul 2026, 14:00." in page

    def test_what_is_left_as_it_is_stays_to_the_second(self, browser, known, form_of):
        client = browser(Role.PARTNER)
        page = text_of(client.get(self.ADDRESS))
        assert 'value="2026-07-01T14:00"' in page
        self.send(client, form_of, ends_at="2026-07-01T14:00", reason="none")

        [(_, asked)] = known.calls_of("billing.set_end_date")
        assert asked.ends_at == ENDS

    @pytest.mark.parametrize(
        "entered", [{"reason": " "}, {"ends_at": ""}, {"ends_at": "soon"}]
    )
    def test_both_are_needed(self, browser, known, form_of, entered):
        fields = {"ends_at": "2026-08-01T14:30", "reason": "an outage"} | entered
        answer = self.send(browser(Role.PARTNER), form_of, **fields)

        assert answer.status_code == 422
        assert known.calls_of("billing.set_end_date") == []

    def test_it_is_for_staff_with_the_permission(self, browser, known):
        actor = known.roles["token-of-staff"]
        may = replace(actor, permissions=(Permission.SELL,))
        known.roles["token-of-staff"] = may
        for role in (Role.STAFF, Role.DEALER, Role.CUSTOMER):
            assert browser(role).get(self.ADDRESS).status_code == 403


@pytest.mark.feature("SU-21")
class TestSuspension:
    def test_it_takes_a_reason_and_may_be_for_non_payment(
        self, browser, known, form_of
    ):
        client, address = browser(Role.PARTNER), f"/subscriptions/{ID}/suspend"
        fields = form_of(text_of(client.get(address))) | {"cause": "non_payment"}
        blank = client.post(address, data=fields | {"reason": " "})
        done = client.post(address, data=fields | {"reason": "the invoice of May"})

        assert (blank.status_code, done.status_code) == (422, 303)
        [(_, asked)] = known.calls_of("billing.suspend_subscription")
        assert asked.cause is SuspensionCause.NON_PAYMENT
        assert asked.reason == "the invoice of May"

    def test_it_is_lifted_after_its_reason_was_read(
        self, browser, services, sample, form_of
    ):
        view = sample(SubscriptionView, suspended_at=ENDS, suspension_reason="fraud")
        services.answer_with("billing.get_subscription", view)
        client, address = browser(Role.PARTNER), f"/subscriptions/{ID}/lift"
        page = client.get(address)
        assert ": fraud. The user sees all" in visible_text(page)

        assert client.post(address, data=form_of(text_of(page))).status_code == 303
        assert len(services.calls_of("billing.lift_suspension")) == 1

    @pytest.mark.parametrize("is_suspended", [True, False])
    def test_a_customers_page_leads_to_what_can_be_done(
        self, browser, services, sample, is_suspended
    ):
        line = sample(
            RenewalLine,
            subscription_id=UUID(ID),
            state=SubscriptionState.RUNNING,
            is_suspended=is_suspended,
        )
        overview = sample(RenewalOverview, lines=[line])
        services.answer_with("billing.get_renewal_overview", overview)
        page = text_of(browser(Role.PARTNER).get(f"/customers/{ID}/subscriptions"))

        found = [f'/{name}"' in page for name in ("lift", "suspend")]
        assert found == [is_suspended, not is_suspended]

    def test_the_customer_reads_why(self, browser, services, sample):
        view = sample(SubscriptionView, suspended_at=ENDS, suspension_reason="an abuse")
        services.answer_with("billing.list_subscriptions", Page(items=[view]))
        page = browser(Role.CUSTOMER).get(f"/users/{ID}")

        assert ": an abuse. The user sees the demo" in visible_text(page)
