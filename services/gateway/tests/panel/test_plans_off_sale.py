"""Plans that are retired with a last day, hidden, or renewed though off sale."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from answers import text_of

from lineup.context import Role
from lineup.contracts.billing.catalog import PlanUse, PlanView, ProductView
from lineup.contracts.billing.subscriptions import SubscriptionState, SubscriptionView
from lineup.contracts.paging import Page

ID = "019d0000-0000-7000-8000-000000000001"
OTHER = UUID("019d0000-0000-7000-8000-000000000002")


@pytest.mark.feature("PR-18")
@pytest.mark.parametrize(
    ("day", "until"),
    [("2026-08-31", datetime(2026, 8, 31, 22, tzinfo=UTC)), ("", None)],
)
def test_a_plan_is_retired_with_the_readers_last_day(
    browser, services, sample, form_of, day, until
):
    token = "token-of-partner"
    services.roles[token] = replace(services.roles[token], time_zone="Europe/Paris")
    services.answer_with("billing.get_plan_use", sample(PlanUse))
    client, address = browser(Role.PARTNER), f"/plans/{ID}/retire"
    fields = form_of(text_of(client.get(address))) | {"last_day": day}

    assert client.post(address, data=fields | {"last_day": "soon"}).status_code == 422
    assert client.post(address, data=fields).status_code == 303
    [(_, asked)] = services.calls_of("billing.retire_plan")
    assert asked.renewable_until == until


@pytest.mark.feature("PR-18")
@pytest.mark.parametrize(
    ("days", "state", "is_shown"),
    [
        (1, SubscriptionState.RUNNING, True),
        (-1, SubscriptionState.RUNNING, False),
        (1, SubscriptionState.STOPPED, False),
    ],
)
def test_who_has_a_retired_plan_is_shown_to_renew_it(
    browser, services, sample, days, state, is_shown
):
    until = datetime.now(UTC) + timedelta(days=days)
    old = sample(PlanView, id=OTHER, is_retired=True, renewable_until=until)
    has = sample(SubscriptionView, plan_id=OTHER, state=state)
    services.answer_with("billing.list_subscriptions", Page(items=[has]))
    services.answer_with("billing.get_product", sample(ProductView, plans=[old]))
    page = text_of(browser(Role.CUSTOMER).get(f"/users/{ID}/buy"))

    assert (f'value="{OTHER}"' in page) is is_shown


@pytest.mark.feature("PR-24")
def test_a_plan_is_hidden_by_a_switch(browser, services, sample, form_of):
    services.answer_with("billing.get_plan_use", sample(PlanUse))
    client, address = browser(Role.PARTNER), f"/plans/{ID}/edit"
    page = text_of(client.get(address))
    assert re.search(r'name="is_hidden"', page)
    entered = {"name": "Staff", "amount": "9.00", "is_hidden": "y"}
    client.post(address, data=form_of(page) | entered)

    [(_, asked)] = services.calls_of("billing.change_plan")
    assert asked.is_hidden is True
