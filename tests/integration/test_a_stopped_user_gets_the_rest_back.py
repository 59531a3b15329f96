"""Stop, refund, delete: to the cent, once, and the playlist follows (SU-07 to SU-10)."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from factories import (
    BOUGHT,
    DEMO,
    access_of,
    create_tenant,
    instant,
    shortly_before,
    shown_channels,
    soon,
    stream_links,
)
from running import until

JUNE = datetime(2031, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def tenant(lineup_in_time):
    lineup_in_time.set_clock(JUNE)
    return create_tenant(lineup_in_time)


@pytest.fixture
def june(tenant):
    """1 June, whatever time it was for the test before."""
    tenant.at(JUNE)
    return JUNE


def a_running_user(tenant, paid="9.00", periods=1):
    """A customer's user with periods of 30 days; and their beginning."""
    plan = tenant.plan(paid, days=30)
    customer = tenant.customer(f"{9 * periods}.00" if float(paid) else "")
    user = tenant.user(customer)
    for _ in range(periods):
        bought = tenant.buy(user["id"], plan)
    return user, plan, instant(bought["started_at"])


def stop(tenant, subscription, **headers):
    path = f"/subscriptions/{subscription['id']}/stop"
    return tenant.api("POST", path, headers=headers)


def refund_at(tenant, user, moment):
    """What stopping gives back: as the quote says, the receipt and the balance."""
    tenant.at(shortly_before(moment))
    subscription = tenant.subscription(user["id"])
    before = tenant.balance(user["customer_id"])
    quoted = tenant.api.get(f"/subscriptions/{subscription['id']}/stop")["refunded"]
    receipt = stop(tenant, subscription).json()["refunded"]
    after = tenant.balance(user["customer_id"])
    assert quoted == receipt
    assert round(float(after) - float(before), 2) == float(receipt["amount"])
    return receipt["amount"]


DAYS = timedelta(days=1)


@pytest.mark.feature("SU-07", "SU-08", "WL-05")
@pytest.mark.parametrize(
    ("paid", "periods", "after", "refund"),
    [
        ("9.00", 1, 10 * DAYS, "6.00"),
        ("9.00", 1, 10.5 * DAYS, "5.85"),
        ("9.00", 1, 30 * DAYS, "0.00"),
        ("9.00", 2, 10 * DAYS, "15.00"),
        ("4.50", 1, 10 * DAYS, "3.00"),
        ("0.00", 1, 10 * DAYS, "0.00"),
    ],
)
def test_the_unused_part_comes_back_to_the_cent(
    tenant, june, paid, periods, after, refund
):
    user, _, began_at = a_running_user(tenant, paid, periods)

    assert refund_at(tenant, user, began_at + after) == refund


@pytest.mark.feature("PR-17")
def test_what_was_paid_counts_not_what_it_costs_now(tenant, june):
    user, plan, began_at = a_running_user(tenant)
    tenant.make(f"/plans/{plan}/retire")
    tenant.plan("12.00", days=30)

    assert refund_at(tenant, user, began_at + 10 * DAYS) == "6.00"


@pytest.mark.feature("SU-09")
def test_the_same_stop_twice_pays_once_and_another_is_refused(tenant, june):
    user, _, _ = a_running_user(tenant)
    subscription = tenant.subscription(user["id"])
    key = {"Idempotency-Key": f"stop {subscription['id']}"}

    first, again = (stop(tenant, subscription, **key) for _ in range(2))
    other = stop(tenant, subscription)

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (other.status_code, other.json()["code"]) == (409, "not_active")
    assert tenant.balance(user["customer_id"]) == first.json()["refunded"]["amount"]


@pytest.mark.feature("SU-10", "PE-03", "PE-09")
def test_the_link_stays_and_shows_demo_and_a_saved_stream_link_is_dead(tenant, june):
    user, _, _ = a_running_user(tenant)
    soon(user, BOUGHT)
    saved = stream_links(user)[-1]
    assert playing(saved).status_code == 302
    refused = tenant.api("DELETE", f"/users/{user['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "subscription_active")

    stop(tenant, tenant.subscription(user["id"]))

    soon(user, DEMO)
    until(lambda: playing(saved).status_code == 403, "the saved link to be refused", 60)
    assert tenant.access(user["id"]) == access_of(user)


@pytest.mark.feature("CU-23")
def test_a_stopped_user_can_be_deleted_and_its_customer_stays(tenant, june):
    user, _, _ = a_running_user(tenant)
    stop(tenant, tenant.subscription(user["id"]))
    until(
        lambda: tenant.api("DELETE", f"/users/{user['id']}").status_code == 204,
        "accounts to hear of the stop",
    )

    until(lambda: is_gone(user), "the link to be gone")
    assert tenant.api.get(f"/customers/{user['customer_id']}")["user_count"] == 0


def playing(link):
    return requests.get(link, allow_redirects=False, timeout=10)


def is_gone(user):
    return requests.get(user["playlist_url"], timeout=10).status_code == 404


@pytest.mark.feature("PE-01", "PE-02")
def test_a_new_user_s_link_answers_at_once_and_shows_demo(tenant, june):
    user = tenant.user(tenant.customer())

    shown_channels(user)
    soon(user, DEMO)
