"""Any sequence of dealings leaves the books as a few lines of Python say."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from lineup.errors import Conflict, PaymentRequired

DAYS = 30
PRICES = [700, 1100]
USERS = 3
MICROSECOND = timedelta(microseconds=1)


class Model:
    """One customer's balance and its users' periods, in whole cents and plain lists."""

    def __init__(self):
        self.balance = 0
        self.periods = {n: [] for n in range(USERS)}
        self.renews = dict.fromkeys(range(USERS), False)
        self.waits = set()

    def price(self, user):
        return PRICES[user % len(PRICES)]

    def end(self, user):
        periods = self.periods[user]
        return periods[-1][1] if periods else None

    def runs(self, user, now):
        end = self.end(user)
        return end is not None and end > now

    def add(self, user, start):
        self.balance -= self.price(user)
        self.periods[user].append((start, start + timedelta(days=DAYS)))
        self.waits.discard(user)

    def refund(self, user, now):
        length = timedelta(days=DAYS)
        return sum(
            self.price(user)
            * ((end - max(start, now)) // MICROSECOND)
            // (length // MICROSECOND)
            for start, end in self.periods[user]
            if end > now
        )


def machine(shop_floor, partner, clock):  # noqa: C901 - one class, many rules
    """A machine class whose every example is a new customer on one database."""

    class Dealings(RuleBasedStateMachine):
        @initialize(spare=st.integers(0, 2000), on=st.sets(st.integers(0, USERS - 1)))
        def open(self, spare, on):
            """All bought at the same moment; some renew, for some the money lasts."""
            self.model = Model()
            self.customer = shop_floor.customer(partner)
            self.users = [shop_floor.user(self.customer) for _ in range(USERS)]
            self.current = {}
            self.credit(sum(map(self.model.price, range(USERS))) + spare)
            for user in range(USERS):
                self.purchase(user)
                self.switch(user, user in on)

        @rule(amount=st.integers(1, 3000))
        def credit(self, amount):
            shop_floor.top_up(self.customer, f"{amount // 100}.{amount % 100:02} EUR")
            self.model.balance += amount
            self.renew_in_order(
                u for u in list(self.model.waits) if self.is_in_window(u)
            )

        @rule(user=st.integers(0, USERS - 1))
        def purchase(self, user):
            now = clock.now()
            if self.model.price(user) > self.model.balance:
                with pytest.raises(PaymentRequired):
                    self.buy(user)
                return
            self.buy(user)
            end = self.model.end(user)
            self.model.add(user, max(end, now) if end else now)

        @rule(user=st.integers(0, USERS - 1))
        def stop(self, user):
            now = clock.now()
            if user not in self.current:
                return
            if not self.model.runs(user, now):
                with pytest.raises(Conflict):
                    shop_floor.stop(self.current[user])
                return
            refund = self.model.refund(user, now)
            receipt = shop_floor.stop(self.current.pop(user))
            assert receipt.refunded.amount_minor == refund
            self.model.balance += refund
            self.model.periods[user] = []
            self.model.waits.discard(user)
            if refund:
                shop_floor.renew()
                self.renew_in_order(
                    u for u in list(self.model.waits) if self.is_in_window(u)
                )

        @rule(user=st.integers(0, USERS - 1), renews=st.booleans())
        def switch(self, user, renews):
            now = clock.now()
            shop_floor.switch(self.users[user], renews=renews)
            self.model.renews[user] = renews
            self.model.waits.discard(user)
            if renews and self.model.end(user) and not self.model.runs(user, now):
                self.model.waits.add(user)

        @rule(days=st.integers(0, 31), hours=st.integers(0, 23))
        def pass_time(self, days, hours):
            end = clock.now() + timedelta(days=days, hours=hours, seconds=1)
            for due in sorted(filter(None, map(self.model.end, range(USERS)))):
                if clock.now() < due <= end:
                    clock.set(due)
                    self.renew()
            clock.set(end)
            self.renew()

        def renew(self):
            shop_floor.renew()
            now = clock.now()
            self.renew_in_order(
                user
                for user in range(USERS)
                if self.model.renews[user]
                and user not in self.model.waits
                and self.model.end(user)
                and self.model.end(user) <= now
            )

        def renew_in_order(self, users):
            now = clock.now()
            for user in sorted(users, key=lambda u: (self.model.end(u), u)):
                if self.model.price(user) > self.model.balance:
                    self.model.waits.add(user)
                    continue
                end = self.model.end(user)
                self.model.add(user, end if now <= end + timedelta(seconds=60) else now)

        def is_in_window(self, user):
            end = self.model.end(user)
            return end is not None and end > clock.now() - timedelta(days=3)

        def buy(self, user):
            plan = plans[user % len(PRICES)]
            self.current[user] = shop_floor.buy(self.users[user], plan)

        @invariant()
        def the_books_agree(self):
            if not hasattr(self, "model"):
                return
            entries = shop_floor.entries(self.customer)
            total = sum(entry.amount.amount_minor for entry in entries)
            assert total == self.model.balance
            assert shop_floor.balance(self.customer) == (
                f"{total // 100}.{total % 100:02} EUR"
            )
            for user, view in self.current.items():
                assert shop_floor.look(view).ends_at == self.model.end(user)

        def teardown(self):
            assert shop_floor.books().is_sound

    plans = [
        shop_floor.plan(partner, f"{price // 100}.00 EUR", days=DAYS)
        for price in PRICES
    ]
    return Dealings


@pytest.mark.feature("WL-02")
@pytest.mark.timeout(300)
def test_the_ledger_agrees_with_a_plain_model(shop_floor, partner, clock):
    run_state_machine_as_test(
        machine(shop_floor, partner, clock),
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            phases=(Phase.reuse, Phase.generate),  # shrinking takes minutes here
            suppress_health_check=list(HealthCheck),
        ),
    )
