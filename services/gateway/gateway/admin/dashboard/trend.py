"""How many subscriptions ran, day by day."""

from dataclasses import dataclass

from gateway.admin.dashboard.links import link
from lineup.contracts.billing.reports import SubscriptionFigures


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Thirty days of running subscriptions."""

    labels: list[str]
    series: dict[str, list[int]]
    words: str
    """By how many there are more or fewer now than on the first day."""
    tone: str
    address: str


def trend_of(statistics: SubscriptionFigures) -> Trend | None:
    """The picture of it; None while billing is older than this page and tells none."""
    if not statistics.trend:
        return None
    first = statistics.trend[0]
    gained = statistics.running - first.count
    direction = "more" if gained > 0 else "fewer"
    words = f"{abs(gained):,} {direction} than" if gained else "as many as"
    return Trend(
        labels=[f"{day.on:%-d %b}" for day in statistics.trend],
        series={"Active": [day.count for day in statistics.trend]},
        words=f"{words} on {first.on:%-d %B}",
        tone="green" if gained > 0 else "red" if gained else "secondary",
        address=link("subscriptions_pages.show_ends"),
    )
