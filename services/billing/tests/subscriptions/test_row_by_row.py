"""One subscription that raises is put off alone: nobody else's work waits."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from billing.catalog.operations import update_product
from billing.metrics import put_off, renewals
from billing.subscriptions import renewals as renewals_
from billing.subscriptions import upkeep
from billing.subscriptions.models import Subscription
from billing.subscriptions.overview import get_renewal_overview
from billing.subscriptions.row_by_row import LONGEST_PAUSE, pause_after
from lineup.contracts.billing.catalog import ProductChanged, UpdateProduct
from lineup.contracts.billing.subscriptions import GetRenewalOverview
from lineup.metrics import PUT_OFF


@pytest.fixture
def three(shop_floor, partner):
    """Three users of one customer, switched on, with money for all of them."""
    customer = shop_floor.customer(partner, balance="90.00 EUR")
    plan = shop_floor.plan(partner, days=30)
    users = [shop_floor.user(customer, renews=True) for _ in range(3)]
    bought = [shop_floor.buy(user, plan) for user in users]
    return SimpleNamespace(customer=customer, plan=plan, users=users, bought=bought)


@pytest.fixture
def break_(engine):
    """`break_(subscription)` lets nothing about it be written until it is mended."""

    def break_(subscription, column="version", most=1):
        with engine.begin() as connection:
            connection.execute(
                text(
                    "ALTER TABLE subscription ADD CONSTRAINT planted CHECK"
                    f" (id <> '{subscription.id}' OR {column} <= {most})"
                )
            )

    return break_


@pytest.fixture
def mend(engine):
    def mend():
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE subscription DROP CONSTRAINT planted"))

    return mend


@pytest.fixture
def told(database):
    def told(look):
        with database.transaction() as work:
            return {(f.gauge.name, *f.labels): f.value for f in look(work)}

    return told


def counted(work):
    return PUT_OFF.labels("billing", work)._value.get()


def obstacles(ask, customer):
    request = GetRenewalOverview(customer_id=customer.id)
    return [line.obstacle for line in ask(get_renewal_overview, request).lines]


@pytest.fixture
def loses_races(engine):
    """`loses_races(2)` lets two statements that renew lose a race; it tells how many
    have run.
    """

    def loses_races(most):
        with engine.begin() as connection:
            connection.execute(text(LOSE_RACES.format(most=most)))

        def ran():
            with engine.begin() as connection:
                return connection.scalar(text("SELECT last_value FROM races"))

        return ran

    return loses_races


LOSE_RACES = """
CREATE SEQUENCE races;
CREATE FUNCTION lose_race() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('races') <= {most} THEN
        RAISE EXCEPTION 'planted' USING ERRCODE = 'deadlock_detected';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER planted AFTER UPDATE OF ends_at ON subscription
    FOR EACH STATEMENT EXECUTE FUNCTION lose_race()
"""


class TestRenewals:
    def test_a_set_that_lost_a_race_is_tried_again_whole(
        self, shop_floor, three, partner, clock, loses_races
    ):
        other = shop_floor.customer(partner, balance="18.00 EUR")
        bought = shop_floor.buy(shop_floor.user(other, renews=True), three.plan)
        clock.forward(days=30)
        ran = loses_races(2)
        shop_floor.renew()

        states = {shop_floor.look(one).state for one in [*three.bought, bought]}
        assert states == {"running"}
        assert ran() == 3

    def test_one_that_another_copy_put_off_meanwhile_stays_due(
        self, shop_floor, three, database, clock
    ):
        clock.forward(days=30)
        one = three.bought[1]
        with database.transaction() as work:
            due = work.session.get_one(Subscription, one.id)
            due.put_off_until = clock.now() + timedelta(minutes=1)
            before = due.renewal_due_at

        with database.transaction() as work:
            renewals_._renew_one(work, one.id)

        with database.transaction() as work:
            assert work.session.get_one(Subscription, one.id).renewal_due_at == before
        clock.forward(minutes=2)
        shop_floor.renew()
        assert shop_floor.look(one).ends_at > clock.now()

    def test_the_other_users_of_its_customer_are_renewed(
        self, shop_floor, three, break_, clock
    ):
        break_(three.bought[1])
        clock.forward(days=30)
        shop_floor.renew()

        states = [shop_floor.look(one).state for one in three.bought]
        assert states == ["running", "expired", "running"]
        assert shop_floor.balance(three.customer) == "45.00 EUR"

    def test_it_is_counted_and_shown(self, shop_floor, three, break_, clock, told, ask):
        break_(three.bought[1])
        clock.forward(days=30)
        before = counted("renewals")
        shop_floor.renew()

        assert counted("renewals") == before + 1
        assert told(put_off) == {("lineup_failing_rows", "subscriptions"): 1}
        assert told(renewals)["lineup_due_rows", "renewals"] == 0
        assert obstacles(ask, three.customer) == ["", "put_off", ""]

    def test_its_pauses_grow_and_end_when_it_can_be_renewed(
        self, shop_floor, three, break_, mend, clock, told
    ):
        break_(three.bought[1])
        clock.forward(days=30)
        shop_floor.renew()
        before = counted("renewals")
        for minutes, tries in ((0.9, 0), (0.2, 1), (3.8, 1), (0.3, 2)):
            clock.forward(minutes=minutes)
            shop_floor.renew()
            assert counted("renewals") == before + tries
        mend()
        clock.forward(minutes=16)
        shop_floor.renew()

        assert shop_floor.look(three.bought[1]).state == "running"
        assert told(put_off) == {("lineup_failing_rows", "subscriptions"): 0}

    def test_a_plan_that_no_calendar_holds_stops_nobody(
        self, shop_floor, three, partner, clock, database
    ):
        other = shop_floor.customer(partner, balance="9.00 EUR")
        endless = shop_floor.plan(partner, "0.00 EUR", days=30)
        bought = shop_floor.buy(shop_floor.user(other, renews=True), endless)
        with database.transaction() as work:
            words = "UPDATE plan SET days = 4000000 WHERE id = :id"
            work.session.execute(text(words), {"id": endless.id})
        clock.forward(days=30)
        shop_floor.renew()

        assert shop_floor.look(bought).state == "expired"
        assert {shop_floor.look(one).state for one in three.bought} == {"running"}

    def test_money_comes_in_though_who_waits_for_it_cannot_be_renewed(
        self, shop_floor, partner, clock, break_
    ):
        customer = shop_floor.customer(partner, balance="9.00 EUR")
        bought = shop_floor.buy(
            shop_floor.user(customer, renews=True), shop_floor.plan(partner, days=30)
        )
        clock.forward(days=30)
        shop_floor.renew()
        break_(bought)

        assert str(shop_floor.top_up(customer, "9.00 EUR").balance) == "9.00 EUR"


class TestEnds:
    def test_the_other_ends_are_told(
        self, shop_floor, partner, break_, clock, database, announced
    ):
        plan = shop_floor.plan(partner, "0.00 EUR", days=30)
        customers = [shop_floor.customer(partner) for _ in range(3)]
        bought = [shop_floor.buy(shop_floor.user(one), plan) for one in customers]
        break_(bought[1])
        clock.forward(days=31)
        before = counted("ends")
        upkeep.expire_all(database)

        expired = [s.id for s in announced("subscription_changed") if s.version == 2]
        assert set(expired) == {str(bought[0].id), str(bought[2].id)}
        assert counted("ends") == before + 1
        assert upkeep.expire_all(database) == 0


class TestProducts:
    def test_the_others_follow_and_it_is_tried_again(
        self, shop_floor, three, partner, break_, mend, clock, database, ask, announced
    ):
        break_(three.bought[1])
        request = UpdateProduct(
            product_id=three.plan.product_id,
            name="Sport",
            package_ids=[partner.package_id],
            devices=1,
            addresses=1,
        )
        ask(update_product, request, partner.actor)
        changed = ProductChanged(id=three.plan.product_id, version=2)
        with pytest.raises(upkeep.FollowedInPart):
            upkeep.follow_product(database, changed)
        told = [s.id for s in announced("subscription_changed") if s.version == 2]
        assert len(set(told)) == 2

        mend()
        clock.forward(minutes=2)
        assert upkeep.follow_product(database, changed) == 1


def test_a_pause_grows_up_to_half_a_day():
    minutes = [pause_after(tries) / timedelta(minutes=1) for tries in range(1, 5)]

    assert minutes == [1, 4, 16, 64]
    assert pause_after(10_000) == LONGEST_PAUSE
