"""Renewal by switch and balance, and the end that needs nobody (SU-02 to SU-06, SU-20).

Five users of one customer end together on 30 June; three have the switch on; the
balance covers two.
"""

from datetime import UTC, datetime, timedelta

import pytest
from factories import (
    BOUGHT,
    DEMO,
    access_of,
    create_tenant,
    instant,
    shown_channels,
    soon,
)
from running import until

BEGIN = datetime(2032, 5, 30, 12, tzinfo=UTC)
JULY = datetime(2032, 7, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def tenant(lineup_in_time):
    lineup_in_time.set_clock(BEGIN)
    return create_tenant(lineup_in_time)


def ends_of(tenant, users):
    return [instant(tenant.subscription(user["id"])["ends_at"]) for user in users]


def about(moment):
    """Within the minute or two that a test takes to get there."""
    return pytest.approx(moment.timestamp(), abs=120)


@pytest.mark.feature("SU-03", "SU-06", "WL-01")
def test_money_for_two_renews_two_and_a_top_up_the_third(tenant):
    tenant.at(BEGIN)
    customer = tenant.customer("75.00")
    users = five_users(tenant, customer)
    ends = ends_of(tenant, users)
    assert tenant.balance(customer) == "25.00"

    tenant.at(ends[0] - 20 * SECOND)
    until(lambda: tenant.balance(customer) == "5.00", "two renewals")
    tenant.at(ends[-1] + SECOND)
    they_see(users, [BOUGHT, BOUGHT, DEMO, DEMO, DEMO])
    in_july = [end.replace(month=7) for end in ends[:2]]
    assert ends_of(tenant, users) == [*in_july, *ends[2:]]
    assert tenant.balance(customer) == "5.00"

    tenant.at(ends[-1] + timedelta(hours=21))
    tenant.top_up(customer, "10.00")
    assert tenant.balance(customer) == "5.00"
    they_see(users, [BOUGHT, BOUGHT, BOUGHT, DEMO, DEMO])
    *_, third, fourth, fifth = ends_of(tenant, users)
    assert third.timestamp() == about(datetime(2032, 8, 1, 9, tzinfo=UTC))
    assert [fourth, fifth] == ends[3:]

    tenant.top_up(customer, "100.00")
    assert tenant.balance(customer) == "105.00"
    assert ends_of(tenant, users)[3:] == ends[3:]
    assert [tenant.access(user["id"]) for user in users] == list(map(access_of, users))
    until(lambda: notices(tenant, customer) == 1, "one notice of what is missing")


def five_users(tenant, customer):
    """All end together; the first three have the switch on."""
    plan = tenant.plan("10.00", months=1)
    users = [tenant.user(customer) for _ in range(5)]
    for user in users:
        tenant.buy(user["id"], plan)
    for user in users[:3]:
        tenant.put(f"/users/{user['id']}/renewal", renews=True)
    return users


def they_see(users, lists):
    for user, channels in zip(users, lists, strict=True):
        soon(user, channels)


def notices(tenant, customer):
    """How many mails told the customer that a user was not renewed."""
    receiver = tenant.api.get(f"/customers/{customer}")["person"]["email"]
    subjects = [
        mail["Subject"]
        for mail in tenant.lineup.mails()
        if mail["To"][0]["Address"] == receiver
    ]
    return sum("renew" in subject.lower() for subject in subjects)


@pytest.mark.feature("SU-11")
def test_renewing_before_the_end_adds_to_it_and_after_it_counts_from_now(tenant):
    tenant.at(BEGIN)
    plan = tenant.plan("10.00", months=1)
    user = tenant.user(tenant.customer("30.00"))
    bought = tenant.buy(user["id"], plan)
    assert instant(bought["ends_at"]) == instant(bought["started_at"]).replace(month=6)

    early = tenant.buy(user["id"], plan)
    assert instant(early["ends_at"]) == instant(bought["ends_at"]).replace(month=7)

    tenant.at(JULY + timedelta(days=2))
    late = tenant.buy(user["id"], plan)
    assert instant(late["ends_at"]).timestamp() == about(
        datetime(2032, 9, 1, 12, tzinfo=UTC)
    )
    soon(user, BOUGHT)
    assert tenant.access(user["id"]) == access_of(user)


@pytest.mark.feature("SU-20")
def test_an_end_takes_effect_while_billing_is_frozen(tenant):
    tenant.at(BEGIN)
    user = tenant.user(tenant.customer("10.00"))
    bought = tenant.buy(user["id"], tenant.plan("10.00", months=1))
    soon(user, BOUGHT)

    tenant.lineup.freeze("billing")
    try:
        tenant.lineup.set_clock(instant(bought["ends_at"]) - 20 * SECOND)
        assert shown_channels(user) == BOUGHT
        tenant.lineup.set_clock(instant(bought["ends_at"]))
        soon(user, DEMO)
    finally:
        tenant.lineup.thaw("billing")
