from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.subscriptions.terms import (
    Anchor,
    Length,
    automatic_start,
    next_period_end,
    refund_for,
    renewal_start,
    sold_period_end,
)
from lineup.contracts.billing.refusals import PeriodOver, PeriodTooLong
from lineup.contracts.billing.subscriptions import CountFrom
from lineup.money import Money

FIRST = datetime(2020, 1, 1)  # noqa: DTZ001 - Hypothesis adds the zone
LAST = datetime(2040, 1, 1)  # noqa: DTZ001 - as above
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]


@dataclass
class APeriod:
    starts_at: datetime
    ends_at: datetime
    paid: Money

    @property
    def paid_until(self):
        return self.ends_at


def june(day, **time):
    return datetime(2026, 6, day, tzinfo=UTC).replace(**time)


JULY = datetime(2026, 7, 1, tzinfo=UTC)


def a_period(paid="9.00 EUR", starts_at=None, ends_at=JULY):
    return APeriod(starts_at or june(1), ends_at, Money.of(paid))


def instants():
    return st.datetimes(FIRST, LAST, timezones=st.just(UTC))


@st.composite
def periods(draw):
    starts_at = draw(instants())
    length = draw(st.timedeltas(timedelta(seconds=1), timedelta(days=800)))
    paid = Money(draw(st.integers(0, 10**9)), "EUR")
    return APeriod(starts_at, starts_at + length, paid)


class TestRefundFor:
    @pytest.mark.feature("SU-08")
    @pytest.mark.parametrize(
        ("stopped_at", "paid", "refund"),
        [
            (june(11), "9.00 EUR", "6.00 EUR"),
            (june(11, hour=12), "9.00 EUR", "5.85 EUR"),
            (june(30, hour=23, minute=59, second=59), "9.00 EUR", "0.00 EUR"),
            (june(11), "4.50 EUR", "3.00 EUR"),
        ],
    )
    def test_the_unused_part_is_rounded_down_to_the_cent(
        self, stopped_at, paid, refund
    ):
        assert refund_for(a_period(paid), stopped_at=stopped_at) == Money.of(refund)

    @pytest.mark.feature("SU-08")
    def test_a_period_not_begun_comes_back_whole(self):
        period = a_period(starts_at=june(15))

        assert refund_for(period, stopped_at=june(11)) == period.paid

    @pytest.mark.feature("WL-06")
    @given(periods(), instants())
    def test_never_less_than_nothing_nor_more_than_was_paid(self, period, stopped_at):
        refund = refund_for(period, stopped_at=stopped_at)

        assert 0 <= refund.amount_minor <= period.paid.amount_minor

    @given(periods(), instants(), st.timedeltas(timedelta(0), timedelta(days=400)))
    def test_never_rises_with_time(self, period, stopped_at, later):
        first = refund_for(period, stopped_at=stopped_at)

        assert refund_for(period, stopped_at=stopped_at + later) <= first

    @given(periods(), st.floats(0, 1))
    def test_two_halves_of_a_length_never_return_more_than_the_whole(
        self, period, share
    ):
        middle = period.starts_at + (period.ends_at - period.starts_at) * share
        unused = refund_for(period, stopped_at=middle)
        used = period.paid.share(
            middle - period.starts_at, of=period.ends_at - period.starts_at
        )

        assert period.paid.amount_minor - 1 <= (unused + used).amount_minor
        assert unused + used <= period.paid


class TestNextPeriodEnd:
    @pytest.mark.feature("SU-13")
    def test_months_keep_the_anchors_day(self):
        anchor = Anchor(at=datetime(2026, 1, 31, 10, tzinfo=UTC))
        ends = list(months_on(anchor, 3, ZoneInfo("UTC")))

        assert [(end.month, end.day) for end in ends] == [(2, 28), (3, 31), (4, 30)]

    @pytest.mark.feature("SU-13")
    def test_a_month_is_a_month_on_the_partners_wall_clock(self):
        zone = ZoneInfo("Europe/Berlin")
        anchor = Anchor(at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))

        end, _ = next_period_end(anchor, anchor.at, Length(months=1), zone)

        assert end == datetime(2026, 4, 10, 22, 30, tzinfo=UTC)

    def test_a_wall_time_the_clock_change_skips_moves_on(self):
        zone = ZoneInfo("Europe/Berlin")
        anchor = Anchor(at=datetime(2026, 1, 29, 1, 30, tzinfo=UTC))

        end, counted = next_period_end(anchor, anchor.at, Length(months=2), zone)
        after, _ = next_period_end(counted, end, Length(months=1), zone)

        assert end.astimezone(zone).strftime("%d %b %H:%M") == "29 Mar 03:30"
        assert after.astimezone(zone).strftime("%d %b %H:%M") == "29 Apr 02:30"

    def test_days_are_24_hours_each(self):
        anchor = Anchor(at=june(1))

        end, _ = next_period_end(anchor, june(1), Length(days=30), ZoneInfo("UTC"))

        assert end == JULY

    def test_after_a_gap_months_count_from_the_new_start(self):
        anchor = Anchor(at=datetime(2026, 1, 31, tzinfo=UTC), months=1)
        start = datetime(2026, 3, 5, tzinfo=UTC)

        end, counted = next_period_end(anchor, start, Length(months=1), ZoneInfo("UTC"))

        assert end == datetime(2026, 4, 5, tzinfo=UTC)
        assert counted == Anchor(at=start, months=1)

    @given(instants(), st.sampled_from(ZONES))
    def test_a_hundred_years_of_months_never_drift(self, start, name):
        zone = ZoneInfo(name)
        wall = start.astimezone(zone)
        ends = list(months_on(Anchor(at=start), 1200, zone))

        assert all(later > earlier for earlier, later in pairwise(ends))
        for end in ends:
            local = end.astimezone(zone)
            last_day = (local.replace(day=28) + timedelta(days=4)).replace(
                day=1
            ) - timedelta(days=1)
            assert abs(local.day - min(wall.day, last_day.day)) <= 1
        on_the_day = [e for e in ends if e.astimezone(zone).day == wall.day]
        assert len(on_the_day) >= 600

    @given(st.datetimes(FIRST, LAST), st.integers(1, 36))
    def test_many_at_once_end_where_one_by_one_would(self, start, months):
        zone = ZoneInfo("Europe/Berlin")
        anchor = Anchor(at=start.replace(tzinfo=UTC))

        at_once, _ = next_period_end(anchor, anchor.at, Length(months=months), zone)

        assert at_once == list(months_on(anchor, months, zone))[-1]


class TestStarts:
    @pytest.mark.parametrize(
        ("count_from", "now", "start"),
        [
            (CountFrom.AUTO, june(20), JULY),
            (CountFrom.AUTO, datetime(2026, 7, 5, tzinfo=UTC), "now"),
            (CountFrom.END, datetime(2026, 7, 5, tzinfo=UTC), JULY),
            (CountFrom.NOW, june(20), "now"),
        ],
    )
    def test_a_renewal_counts_from_the_end_else_from_now(self, count_from, now, start):
        expected = now if start == "now" else start

        assert renewal_start(count_from, JULY, now) == expected

    def test_an_automatic_renewal_leaves_no_gap_when_a_moment_late(self):
        assert automatic_start(JULY, JULY + timedelta(seconds=60)) == JULY

    def test_an_automatic_renewal_counts_from_now_once_service_was_withdrawn(self):
        now = JULY + timedelta(seconds=61)

        assert automatic_start(JULY, now) == now


def months_on(anchor, count, zone):
    """The ends of that many renewals of one month, one after the other."""
    end = anchor.at
    for _ in range(count):
        end, anchor = next_period_end(anchor, end, Length(months=1), zone)
        yield end


class TestEndlessLengths:
    @pytest.mark.parametrize("zone", ZONES)
    @pytest.mark.parametrize(
        "length",
        [
            Length(months=99_999),
            Length(months=2**31 - 1),
            Length(months=2**63 - 1),
            Length(days=4_000_000),
            Length(days=2**63 - 1),
        ],
    )
    def test_what_no_calendar_has_is_refused(self, length, zone):
        with pytest.raises(PeriodTooLong):
            next_period_end(Anchor(at=june(1)), june(1), length, ZoneInfo(zone))

    @pytest.mark.parametrize("days", [36_525, 36_526])
    def test_a_century_is_the_most_that_is_sold(self, days):
        def sold():
            anchor, zone = Anchor(at=june(1)), ZoneInfo("UTC")
            return sold_period_end(anchor, june(1), Length(days=days), zone, june(1))

        if days == 36_525:
            assert sold()[0] == june(1) + timedelta(days=days)
        else:
            with pytest.raises(PeriodTooLong):
                sold()

    def test_a_period_without_a_future_is_not_sold(self):
        anchor, zone = Anchor(at=june(1)), ZoneInfo("UTC")
        with pytest.raises(PeriodOver):
            sold_period_end(anchor, june(1), Length(days=1), zone, june(2))
