"""Automatic renewal with some users off and too little money (workflow 5)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from billing.people.models import AccountCopy
from billing.subscriptions import renewals, upkeep
from billing.subscriptions.overview import get_renewal_overview
from lineup.access import PartnerUnavailable
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.catalog import RetirePlan
from lineup.contracts.billing.subscriptions import GetRenewalOverview
from lineup.errors import Refusal

MAY = datetime(2026, 5, 30, 12, tzinfo=UTC)
END = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture
def house(shop_floor, partner, clock):
    """Five users of 10.00 EUR a month ending 30 June 12:00; switches on for three."""
    clock.set(MAY)
    customer = shop_floor.customer(partner, balance="75.00 EUR")
    plan = shop_floor.plan(partner, "10.00 EUR", months=1)
    users = [shop_floor.user(customer, renews=number < 3) for number in range(5)]
    bought = [shop_floor.buy(user, plan) for user in users]
    assert {view.ends_at for view in bought} == {END}
    return SimpleNamespace(customer=customer, plan=plan, users=users, bought=bought)


def ends(shop_floor, house):
    return [shop_floor.look(view).ends_at for view in house.bought]


def july(day, hour=12):
    return datetime(2026, 7, day, hour, tzinfo=UTC)


@pytest.mark.feature("SU-03", "WL-01")
def test_who_is_on_is_renewed_while_the_balance_lasts(
    shop_floor, house, clock, announced
):
    clock.set(END)
    shop_floor.renew()

    assert ends(shop_floor, house) == [july(30), july(30), END, END, END]
    assert shop_floor.balance(house.customer) == "5.00 EUR"
    states = [shop_floor.look(view).state for view in house.bought]
    assert states == ["running", "running", "expired", "expired", "expired"]
    (notice,) = announced("renewal_fell_short")
    assert notice.user_id == str(house.users[2].id)
    assert notice.missing == {"amount_minor": 500, "asset": "EUR"}
    assert shop_floor.books().is_sound


@pytest.mark.feature("SU-04")
def test_a_user_that_cannot_be_paid_is_told_of_once(
    shop_floor, house, clock, announced
):
    clock.set(END)
    for _ in range(3):
        shop_floor.renew()
    shop_floor.top_up(house.customer, "1.00 EUR")

    assert len(announced("renewal_fell_short")) == 1
    assert shop_floor.balance(house.customer) == "6.00 EUR"


@pytest.mark.feature("SU-06")
def test_a_top_up_within_three_days_renews_the_waiting_user_from_that_moment(
    shop_floor, house, clock
):
    clock.set(END)
    shop_floor.renew()
    clock.set(july(1, 9))
    view = shop_floor.top_up(house.customer, "10.00 EUR")

    assert str(view.balance) == "5.00 EUR"
    assert shop_floor.look(house.bought[2]).ends_at == datetime(
        2026, 8, 1, 9, tzinfo=UTC
    )
    assert ends(shop_floor, house)[3:] == [END, END]


@pytest.mark.feature("SU-06")
def test_a_top_up_after_the_window_stays_on_the_balance(shop_floor, house, clock):
    clock.set(END)
    shop_floor.renew()
    clock.set(july(3, 13))
    shop_floor.top_up(house.customer, "10.00 EUR")
    shop_floor.renew()

    assert shop_floor.balance(house.customer) == "15.00 EUR"


def test_the_refund_of_another_user_wakes_the_waiting_one(shop_floor, house, clock):
    clock.set(END)
    shop_floor.renew()
    shop_floor.stop(house.bought[0])
    shop_floor.renew()

    assert shop_floor.look(house.bought[2]).ends_at == july(30)


@pytest.mark.feature("SU-05", "SU-16")
def test_who_is_off_is_never_charged(shop_floor, house, clock):
    shop_floor.top_up(house.customer, "500.00 EUR")
    clock.set(END)
    shop_floor.renew()

    assert ends(shop_floor, house)[3:] == [END, END]


@pytest.mark.feature("SU-05")
def test_switched_off_a_minute_before_is_not_charged(shop_floor, house, clock):
    clock.set(datetime(2026, 6, 30, 11, 59, tzinfo=UTC))
    shop_floor.renew()
    shop_floor.switch(house.users[0], renews=False)
    clock.set(END)
    shop_floor.renew()

    assert ends(shop_floor, house)[:3] == [END, july(30), july(30)]


def test_switched_on_after_the_end_waits_for_a_top_up(shop_floor, house, clock):
    clock.set(END)
    shop_floor.renew()
    clock.forward(minutes=5)
    shop_floor.switch(house.users[3], renews=True)
    shop_floor.renew()
    assert ends(shop_floor, house)[3] == END

    shop_floor.top_up(house.customer, "15.00 EUR")

    assert ends(shop_floor, house)[3] == july(30).replace(minute=5)


@pytest.mark.feature("SU-03")
def test_the_earliest_end_goes_first_then_the_older_user(shop_floor, partner, clock):
    customer = shop_floor.customer(partner, balance="30.00 EUR")
    short = shop_floor.plan(partner, "5.00 EUR", days=9)
    long = shop_floor.plan(partner, "5.00 EUR", days=10)
    users = [shop_floor.user(customer, renews=True) for _ in range(3)]
    bought = [
        shop_floor.buy(user, plan)
        for user, plan in zip(users, (long, long, short), strict=True)
    ]
    shop_floor.top_up(shop_floor.customer(partner), "1.00 EUR")
    clock.forward(days=11)
    spent = shop_floor.plan(partner, "5.00 EUR")
    shop_floor.buy(shop_floor.user(customer), spent)

    shop_floor.renew()

    assert [shop_floor.look(view).state for view in bought] == [
        "running",
        "expired",
        "running",
    ]


@pytest.mark.feature("SU-03")
def test_a_dearer_user_does_not_block_a_cheaper_one(shop_floor, partner, clock):
    customer = shop_floor.customer(partner, balance="30.00 EUR")
    plans = [shop_floor.plan(partner, price) for price in ("20.00 EUR", "4.00 EUR")]
    bought = [shop_floor.buy(shop_floor.user(customer, renews=True), p) for p in plans]
    clock.forward(days=30)
    shop_floor.renew()

    assert [shop_floor.look(view).state for view in bought] == ["expired", "running"]
    assert shop_floor.balance(customer) == "2.00 EUR"


@pytest.mark.feature("SU-23", "OP-07")
def test_runs_in_parallel_and_again_renew_once(shop_floor, house, database, clock):
    shop_floor.top_up(house.customer, "500.00 EUR")
    clock.set(END)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: renewals.renew_all(database), range(20), timeout=60))

    assert ends(shop_floor, house) == [july(30)] * 3 + [END] * 2
    assert shop_floor.balance(house.customer) == "495.00 EUR"


@pytest.mark.parametrize(
    ("customers", "seconds", "following"),
    [
        (100, 0.02, 200),
        (400, 0.1, renewals.CHUNK),
        (500, 0.18, renewals.CHUNK),
        (500, 1.0, 100),
        (100, 5.0, renewals.FEWEST),
    ],
)
def test_a_slow_machine_holds_fewer_customers_at_once(customers, seconds, following):
    assert renewals.next_chunk(customers, seconds) == following


@pytest.mark.feature("SU-23")
def test_many_customers_in_parallel_copies_renew_once_each(
    shop_floor, partner, database, clock
):
    plan = shop_floor.plan(partner, "9.00 EUR")
    customers = [shop_floor.customer(partner, balance="40.00 EUR") for _ in range(30)]
    for customer in customers:
        shop_floor.buy(shop_floor.user(customer, renews=True), plan)
    clock.forward(days=30)

    def run(_):
        with database.transaction() as work:
            return renewals.renew_due(work, limit=3)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(40), timeout=60))

    assert {shop_floor.balance(customer) for customer in customers} == {"22.00 EUR"}
    assert shop_floor.books().is_sound


@pytest.mark.feature("OP-07")
def test_after_an_outage_it_counts_from_now(shop_floor, house, clock):
    clock.set(END.replace(hour=18))
    shop_floor.renew()

    assert ends(shop_floor, house)[0] == july(30, 18)


def test_a_retired_plan_a_trial_and_an_inactive_user_are_left_alone(
    shop_floor, partner, clock, ask
):
    from billing.catalog.operations import retire_plan

    customer = shop_floor.customer(partner, balance="90.00 EUR")
    plans = [
        shop_floor.plan(partner),
        shop_floor.plan(partner, "0.00 EUR", is_trial=True),
        shop_floor.plan(partner),
    ]
    users = [shop_floor.user(customer, renews=True) for _ in plans]
    for user, plan in zip(users, plans, strict=True):
        shop_floor.buy(user, plan)
    ask(retire_plan, RetirePlan(plan_id=plans[0].id), partner.actor)
    shop_floor.user_says(users[2], status=Status.INACTIVE)
    clock.forward(days=30)

    assert shop_floor.renew() == 1
    assert shop_floor.renew() == 0
    assert shop_floor.balance(customer) == "72.00 EUR"


def test_who_does_not_renew_since_the_plan_is_retired_is_told_once(
    shop_floor, partner, clock, ask, announced
):
    from billing.catalog.operations import retire_plan

    customer = shop_floor.customer(partner, balance="18.00 EUR")
    plan = shop_floor.plan(partner)
    user = shop_floor.user(customer, renews=True)
    bought = shop_floor.buy(user, plan)
    shop_floor.buy(shop_floor.user(customer), plan)
    ask(retire_plan, RetirePlan(plan_id=plan.id), partner.actor)
    assert shop_floor.look(bought).obstacle == "plan_retired"
    clock.forward(days=30)
    for _ in range(3):
        shop_floor.renew()
        shop_floor.switch(user, renews=True)

    (notice,) = announced("renewal_blocked")
    assert (notice.user_id, notice.reason) == (str(user.id), "plan_retired")
    assert (notice.product_name, notice.plan_name) == ("Family", "a while")
    assert announced("renewal_fell_short") == []


def test_one_that_fails_is_put_off_and_hinders_nobody(
    shop_floor, partner, engine, clock
):
    customers = [shop_floor.customer(partner, balance="20.00 EUR") for _ in range(3)]
    plan = shop_floor.plan(partner)
    bought = [shop_floor.buy(shop_floor.user(c, renews=True), plan) for c in customers]
    with engine.begin() as connection:
        connection.execute(
            text(
                "ALTER TABLE subscription_period ADD CONSTRAINT planted CHECK"
                f" (subscription_id <> '{bought[1].id}' OR starts_at < '2026-06-02')"
            )
        )
    clock.forward(days=30)

    assert shop_floor.renew() == 3
    assert shop_floor.renew() == 0
    assert [shop_floor.balance(c) for c in customers] == [
        "2.00 EUR",
        "11.00 EUR",
        "2.00 EUR",
    ]


def test_an_end_is_marked_and_told_but_not_while_a_renewal_is_due(
    shop_floor, house, database, clock, announced
):
    clock.set(END)
    assert upkeep.expire_all(database) == 2
    shop_floor.renew()
    assert upkeep.expire_all(database) == 1
    assert upkeep.expire_all(database) == 0

    expired = [s for s in announced("subscription_changed") if s.state == "expired"]
    assert {s.user_id for s in expired} == {str(u.id) for u in house.users[2:]}


@pytest.mark.feature("SU-20")
def test_an_end_holds_though_no_timer_ran(shop_floor, house, clock):
    clock.set(END)

    assert shop_floor.look(house.bought[4]).state == "expired"


@pytest.mark.feature("SU-02")
def test_the_switch_is_kept_for_a_user_without_a_subscription(
    shop_floor, partner, user, customer
):
    shop_floor.top_up(customer, "9.00 EUR")
    shop_floor.switch(user, renews=True, actor=customer.actor)

    assert shop_floor.buy(user, shop_floor.plan(partner)).renews is True


@pytest.mark.feature("SU-02")
def test_switching_is_told(shop_floor, house, announced):
    shop_floor.switch(house.users[4], renews=True)

    assert announced("subscription_changed")[-1].renews is True


def test_a_subscription_that_gave_way_is_not_renewed_by_a_top_up(
    shop_floor, house, partner, clock
):
    clock.set(END)
    shop_floor.renew()
    other = shop_floor.buy(house.users[2], shop_floor.plan(partner, "1.00 EUR"))
    shop_floor.top_up(house.customer, "50.00 EUR")

    assert shop_floor.look(house.bought[2]).state == "expired"
    assert shop_floor.look(other).state == "running"
    assert shop_floor.look(other).renews is True


def test_a_refused_top_up_changes_nothing(shop_floor, customer):
    for amount in ("0.00 EUR", "-1.00 EUR", "5.00 USD"):
        with pytest.raises(Refusal):
            shop_floor.top_up(customer, amount)

    assert shop_floor.entries(customer) == []


class TestAPartnerThatIsAway:
    """Its customers see the demo, so they pay nothing until it is back."""

    @pytest.fixture
    def away(self, shop_floor, partner, house, clock):
        """It went the day before their month ended, and twenty days passed."""
        clock.set(END - timedelta(days=1))
        shop_floor.partner_says(partner, status=Status.INACTIVE)
        for moment in (END, july(20)):
            clock.set(moment)
            shop_floor.renew()

    @pytest.mark.feature("PL-15", "SU-03")
    def test_nobody_is_charged_while_it_is(self, shop_floor, house, away):
        assert ends(shop_floor, house) == [END] * 5
        assert shop_floor.balance(house.customer) == "25.00 EUR"

    @pytest.mark.feature("PL-08")
    def test_what_was_due_is_renewed_from_its_return(
        self, shop_floor, partner, house, away
    ):
        shop_floor.partner_says(partner, version=3)
        shop_floor.renew()

        back = datetime(2026, 8, 20, 12, tzinfo=UTC)
        assert ends(shop_floor, house) == [back, back, END, END, END]
        assert shop_floor.balance(house.customer) == "5.00 EUR"

    @pytest.mark.feature("PL-08", "SU-06")
    def test_who_fell_short_on_its_return_is_renewed_by_a_top_up(
        self, shop_floor, partner, house, away, clock, ask
    ):
        shop_floor.partner_says(partner, version=3)
        shop_floor.renew()
        clock.set(july(21))
        wanted = GetRenewalOverview(customer_id=house.customer.id)
        assert shop_floor.look(house.bought[2]).obstacle == ""
        assert ask(get_renewal_overview, wanted, partner.actor).lines[2].is_due

        shop_floor.top_up(house.customer, "5.00 EUR")

        assert ends(shop_floor, house)[2] == datetime(2026, 8, 21, 12, tzinfo=UTC)
        assert shop_floor.balance(house.customer) == "0.00 EUR"

    def test_who_had_been_over_before_it_went_stays_so(
        self, shop_floor, partner, house, clock
    ):
        clock.set(END)
        shop_floor.renew()
        clock.set(july(10))
        shop_floor.partner_says(partner, status=Status.INACTIVE)
        clock.set(july(20))
        shop_floor.partner_says(partner, version=3)
        shop_floor.top_up(house.customer, "50.00 EUR")

        assert ends(shop_floor, house)[2] == END
        assert shop_floor.look(house.bought[2]).obstacle == "over"

    def test_a_top_up_renews_nothing(self, shop_floor, house, away):
        shop_floor.top_up(house.customer, "50.00 EUR")
        assert shop_floor.balance(house.customer) == "75.00 EUR"

    @pytest.mark.feature("PL-15")
    def test_nothing_is_sold(self, shop_floor, house, away):
        with pytest.raises(PartnerUnavailable) as refusal:
            shop_floor.buy(house.users[0], house.plan, actor=house.customer.actor)
        assert (refusal.value.status, refusal.value.code) == (409, "partner_locked")

    def test_what_is_announced_again_is_no_return(self, shop_floor, partner, house):
        shop_floor.partner_says(partner, version=3)
        with shop_floor._database.transaction() as work:
            assert work.session.get_one(AccountCopy, partner.id).served_since is None
