"""What came in this month beside the last one, added up day by day."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from gateway.admin.dashboard.links import link
from lineup.contracts.billing.reports import SalesDay, SalesView
from lineup.money import Money

THIS, LAST = "This month", "Last month"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One sum of this month so far, and by how much it differs from the last."""

    title: str
    value: str | Money
    text: str
    """ "12 % more", "no change"; empty where there is nothing to compare with."""
    tone: str


@dataclass(frozen=True, kw_only=True)
class SalesPicture:
    """Two months by day: two series for each currency, else of how many were sold."""

    labels: list[str]
    series: dict[str, list[str | None]]
    """None: a day that is still to come, or that the month does not have."""
    changes: list[Change]
    address: str


def picture_of(sales: SalesView) -> SalesPicture:
    """The picture of last month, from its first day, and of this one until today."""
    first_on = sales.last_on.replace(day=1)
    now = [day for day in sales.days if day.on >= first_on]
    past = sales.days[: len(sales.days) - len(now)]
    length = max(len(past), len(now))
    return SalesPicture(
        labels=[str(number) for number in range(1, length + 1)],
        series=dict(_series(now, past, length)),
        changes=list(_changes(now, past[: len(now)], past)),
        address=link(
            "sales_pages.list_sales",
            sold_from=str(first_on),
            sold_until=str(sales.last_on),
        ),
    )


def _series(
    now: Sequence[SalesDay], past: Sequence[SalesDay], length: int
) -> Iterator[tuple[str, list[str | None]]]:
    """Each month's sums so far, day by day."""
    assets = _assets([*now, *past])
    for asset in assets or [""]:
        for name, days in ((THIS, now), (LAST, past)):
            sums = _sums(days, asset) if asset else _counts(days)
            title = f"{name}, {asset}" if asset else f"{name}, sold"
            yield title, [*sums, *[None] * (length - len(sums))]


def _sums(days: Sequence[SalesDay], asset: str) -> list[str | None]:
    amounts = [_of(day.revenue, asset) for day in days]
    return [one.decimal() for one in accumulate(amounts)]


def _counts(days: Sequence[SalesDay]) -> list[str | None]:
    return [str(count) for count in accumulate(day.sold for day in days)]


def _assets(days: Sequence[SalesDay]) -> list[str]:
    """The currencies of some days' revenue, in their order."""
    return list(dict.fromkeys(one.asset for day in days for one in day.revenue))


def _of(amounts: Sequence[Money], asset: str) -> Money:
    return next((m for m in amounts if m.asset == asset), Money(0, asset))


def _total(
    days: Sequence[SalesDay], asset: str, of: Callable[[SalesDay], Sequence[Money]]
) -> Money:
    return sum((_of(of(day), asset) for day in days), Money.zero(asset))


def _changes(
    now: Sequence[SalesDay], by_then: Sequence[SalesDay], past: Sequence[SalesDay]
) -> Iterator[Change]:
    """Revenue by currency beside last month's by the same day, and what went back.

    How many were sold, where nothing was paid for any.
    """
    assets = _assets([*now, *past])
    for asset in assets:
        came, before = (_total(days, asset, _revenue) for days in (now, by_then))
        yield _change(THIS, came, came.amount_minor, before.amount_minor)
        whole = _total(past, asset, _revenue)
        yield Change(title=LAST, value=whole, text="", tone="secondary")
        if back := _total(now, asset, _refunded):
            yield Change(title="Refunded", value=back, text="", tone="secondary")
    if not assets:
        sold, sold_before = (sum(day.sold for day in days) for days in (now, by_then))
        yield _change("Sold", f"{sold:,}", sold, sold_before)


def _revenue(day: SalesDay) -> Sequence[Money]:
    return day.revenue


def _refunded(day: SalesDay) -> Sequence[Money]:
    return day.refunded


def _change(title: str, value: str | Money, now: int, past: int) -> Change:
    if past <= 0:
        return Change(title=title, value=value, text="", tone="secondary")
    percent = round(100 * (now - past) / past)
    text = f"{abs(percent)} % {'more' if percent > 0 else 'less'}" if percent else ""
    tone = "green" if percent > 0 else "red" if percent else "secondary"
    return Change(title=title, value=value, text=text or "no change", tone=tone)
