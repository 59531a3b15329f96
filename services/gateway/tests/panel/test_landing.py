"""Where a customer lands: what runs, for how long, what the next renewal needs."""

import re
from datetime import timedelta

import pytest

from lineup.context import Role
from lineup.contracts.billing.subscriptions import (
    RenewalLine,
    RenewalOverview,
    SubscriptionState,
)
from lineup.errors import NotFound
from lineup.money import Money


def visible_text(answer):
    page = answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def renewals(services, sample, app):
    from gateway.app_context import app_context_of

    now = app_context_of(app).clock.now()
    running = {"state": SubscriptionState.RUNNING, "is_due": True}
    lines = [
        sample(
            RenewalLine,
            user_name="Bedroom",
            ends_at=now + timedelta(days=12, minutes=5),
            **running,
        ),
        sample(
            RenewalLine,
            user_name="Living room",
            ends_at=now + timedelta(days=3, minutes=5),
            **running,
        ),
        sample(RenewalLine, user_name="New", state=None, is_due=False),
    ]
    services.answer_with(
        "billing.get_renewal_overview",
        sample(
            RenewalOverview,
            lines=lines,
            due=Money.of("30.00 EUR"),
            balance=Money.of("25.00 EUR"),
            missing=Money.of("5.00 EUR"),
        ),
    )
    return services


def test_a_customer_sees_what_the_next_renewal_needs(browser, renewals):
    words = visible_text(browser(Role.CUSTOMER).get("/my"))

    assert "5.00 EUR is missing for the next renewals" in words
    assert "Next renewals 30.00 EUR 2 of 3 users renew" in words
    assert "Balance 25.00 EUR" in words
    assert "Active users 2 of 3" in words
    assert "Days left 3 days Living room, " in words


def test_nothing_is_said_to_be_missing_while_nothing_is(browser, services, sample):
    services.answer_with(
        "billing.get_renewal_overview",
        sample(RenewalOverview, lines=[], missing=Money.of("0.00 EUR")),
    )

    assert "missing for" not in visible_text(browser(Role.CUSTOMER).get("/my"))


def test_a_customer_billing_has_not_heard_of_lands_all_the_same(browser, services):
    services.answer_with("billing.get_renewal_overview", NotFound())

    assert browser(Role.CUSTOMER).get("/my").status_code == 200


def test_without_billing_the_users_are_there_after_one_limit(browser, services):
    client = browser(Role.CUSTOMER)
    services.silent.add("billing")
    services.calls.clear()

    answer = client.get("/my")

    assert services.calls_share_one_limit()
    assert "/p/text.m3u8" in answer.get_data(as_text=True)
