"""The periods of a subscription explain its end, whatever was done with it."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest

from billing.reports.sales_list import list_sales
from lineup.contracts.billing.product_changes import ChangeWay
from lineup.contracts.billing.reports import ListSales
from lineup.contracts.billing.subscriptions import CountFrom, SubscriptionState
from lineup.contracts.paging import MAX_LIMIT, Paging
from lineup.errors import Refusal

STEPS = 25


class History:
    """One user to whom things are done by chance, and what its periods say."""

    def __init__(self, shop_floor, ask, clock, partner, seed):
        self._floor, self._ask, self._clock = shop_floor, ask, clock
        self._chance = random.Random(seed)
        self.plans = [
            shop_floor.plan(partner, price, **length)
            for price in ("9.00 EUR", "15.00 EUR")
            for length in ({"days": 30}, {"months": 1})
        ]
        self.user = shop_floor.user(
            shop_floor.customer(partner, "9999.00 EUR"), renews=True
        )
        shop_floor.buy(self.user, self.plans[0])

    @property
    def last(self):
        return self._floor.subscriptions_of(self.user)[0]

    def step(self):
        """Do one thing; what is refused changes nothing."""
        act = self._chance.choice((self._buy, self._change, self._set_end, self._wait))
        try:
            act()
        except Refusal:
            return

    def _buy(self):
        count_from = self._chance.choice((CountFrom.AUTO, CountFrom.NOW))
        self._floor.buy(
            self.user, self._chance.choice(self.plans), count_from=count_from
        )

    def _change(self):
        plan, way = (self._chance.choice(each) for each in (self.plans, [*ChangeWay]))
        self._floor.change(self.last, plan, way)

    def _set_end(self):
        days = self._chance.choice((-9, -2, 3, 20))
        self._floor.set_end(self.last, self.last.ends_at + timedelta(days=days))

    def _wait(self):
        self._clock.forward(days=self._chance.choice((1, 7, 40)))
        self._floor.renew()

    def periods(self):
        """What was not closed of the last subscription, the oldest first."""
        whole = Paging(limit=MAX_LIMIT)
        request = ListSales(subscription_id=self.last.id, paging=whole)
        found = self._ask(list_sales, request).items
        return sorted(
            (one for one in found if one.closed_at is None),
            key=lambda one: one.starts_at,
        )


@pytest.mark.feature("SU-27")
def test_the_open_periods_follow_one_another_up_to_the_end(
    shop_floor, ask, clock, partner
):
    for seed in range(6):
        history = History(shop_floor, ask, clock, partner, seed)
        for _ in range(STEPS):
            history.step()
            periods, last = history.periods(), history.last
            assert periods[-1].ends_at == last.ends_at, seed
            for before, after in pairwise(periods):
                assert before.ends_at <= after.starts_at, seed
            if last.state is SubscriptionState.RUNNING:
                now = clock.now()
                ahead = [one for one in periods if one.ends_at > now]
                assert ahead[0].starts_at <= now, seed
                gaps = [b.starts_at - a.ends_at for a, b in pairwise(ahead)]
                assert sum(gaps, timedelta(0)) == timedelta(0), seed
            assert all(one.sold_by for one in periods), seed
    assert shop_floor.books().is_sound
