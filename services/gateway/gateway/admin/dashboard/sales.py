"""The picture of what was sold, with the days before to compare with."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.admin.dashboard.cards import link
from lineup.contracts.billing import SalesDay, SalesView
from lineup.money import Money


@dataclass(frozen=True, kw_only=True)
class Change:
    """One sum now, and by how much it differs from the days before."""

    title: str
    value: str | Money
    text: str
    """ "12 % more", "as before"; empty where there is nothing to compare with."""
    tone: str


@dataclass(frozen=True, kw_only=True)
class SalesPicture:
    """Thirty days of sales: a series for each currency, else how many were sold."""

    labels: list[str]
    series: dict[str, list[str]]
    changes: list[Change]
    address: str


def picture_of(sales: SalesView) -> SalesPicture:
    """The picture of a span of days."""
    assets = [money.asset for money in sales.total.revenue]
    series = {f"Revenue, {asset}": _amounts(sales.days, asset) for asset in assets}
    sold = {"Sold": [str(day.sold) for day in sales.days]}
    return SalesPicture(
        labels=[f"{day.on:%-d %b}" for day in sales.days],
        series=series or sold,
        changes=_changes(sales),
        address=link(
            "sales_pages.list_sales",
            sold_from=str(sales.first_on),
            sold_until=str(sales.last_on),
        ),
    )


def _amounts(days: Sequence[SalesDay], asset: str) -> list[str]:
    return [_of(day.revenue, asset).decimal() for day in days]


def _of(amounts: Sequence[Money], asset: str) -> Money:
    return next((m for m in amounts if m.asset == asset), Money(0, asset))


def _changes(sales: SalesView) -> list[Change]:
    now, before = sales.total, sales.before
    changes = [_change("Sold", str(now.sold), now.sold, before.sold)]
    for revenue in now.revenue:
        past = _of(before.revenue, revenue.asset).amount_minor
        changes.append(_change("Revenue", revenue, revenue.amount_minor, past))
    given_back = (
        Change(title="Given back", value=refunded, text="", tone="secondary")
        for refunded in now.refunded
    )
    return [*changes, *given_back]


def _change(title: str, value: str | Money, now: int, past: int) -> Change:
    if past <= 0:
        return Change(title=title, value=value, text="", tone="secondary")
    percent = round(100 * (now - past) / past)
    text = f"{abs(percent)} % {'more' if percent > 0 else 'less'}" if percent else ""
    tone = "green" if percent > 0 else "red" if percent else "secondary"
    return Change(title=title, value=value, text=text or "as before", tone=tone)
