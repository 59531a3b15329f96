"""Cards: a part of an answer, put so that one look suffices and one click goes on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.admin.dashboard.links import SUBSCRIPTIONS, WEEK, ending, lapsed, link
from gateway.admin.dashboard.queries import Results, first_of_week, local_today
from gateway.panel.display import label_of, money_text
from gateway.panel.optional_results import OptionalResult
from gateway.panel.tables import COUNT_UP_TO
from lineup.contracts.accounts.customers import CustomerCounts
from lineup.contracts.billing.reports import SubscriptionFigures
from lineup.contracts.billing.seller_credits import SellerCredits
from lineup.contracts.billing.wallets import BalancesView
from lineup.contracts.notifications import DeliveryCounts, DeliveryState
from lineup.contracts.paging import Page

CUSTOMERS = "customers_pages.list_customers"
ORDERS = "shops_pages.list_orders"
DELIVERIES = "notifications_pages.list_deliveries"


@dataclass(frozen=True, kw_only=True)
class KeyMetric:
    """One number and the list it counts; no value while its part is away."""

    title: str
    value: str = ""
    address: str = ""
    """Empty: the actor has no such list."""
    note: str = ""
    icon: str = ""
    tone: str = ""
    """How bad it is that the number is not zero."""
    is_away: bool = False


@dataclass(frozen=True, kw_only=True)
class Card:
    """Metrics that belong together."""

    title: str
    icon: str
    metrics: Sequence[KeyMetric]
    is_away: bool = False
    is_urgent: bool = False
    """Whether it is about what must be looked at."""


def count_text(count: int) -> str:
    """A number: "123,456", or "10,000+" where a list stopped counting."""
    return f"{count:,}{'+' if count == COUNT_UP_TO else ''}"


def headlines(results: Results) -> list[KeyMetric]:
    """The numbers at the head of the page."""
    return [
        metric
        for name, make in HEADLINES
        if name in results
        for metric in _metrics_of(results[name], make)
    ]


def _metrics_of(
    found: OptionalResult[Any], make: Callable[[Any], Iterator[KeyMetric]]
) -> Sequence[KeyMetric]:
    return [] if found.value is None else list(make(found.value))


def _customers(counts: CustomerCounts) -> Iterator[KeyMetric]:
    active = sum(s.customers for s in counts.states if s.state in {"active", "trial"})
    yield KeyMetric(
        title="Customers",
        value=count_text(counts.total),
        address=link(CUSTOMERS),
        note=f"{active:,} with a subscription",
        icon="users",
    )


def _subscriptions(statistics: SubscriptionFigures) -> Iterator[KeyMetric]:
    yield KeyMetric(
        title="Active now",
        value=count_text(statistics.running),
        address=link(SUBSCRIPTIONS, state="running"),
        note=f"{statistics.renewing:,} auto-renew, {statistics.trials:,} on trial",
        icon="device-tv",
    )
    yield KeyMetric(
        title="Expiring in 7 days",
        value=count_text(statistics.ending_in_7_days),
        address=ending(statistics.today, statistics.today + WEEK),
        note=f"{statistics.ending_in_30_days:,} in 30 days",
        icon="calendar-due",
    )


def _lapsed(page: Page[Any]) -> Iterator[KeyMetric]:
    yield KeyMetric(
        title="Lapsed in the last 30 days",
        value=count_text(page.total or 0),
        address=lapsed(local_today()),
        note="not renewed since",
        icon="user-off",
    )


def _partners(page: Page[Any]) -> Iterator[KeyMetric]:
    yield KeyMetric(
        title="Partners",
        value=count_text(page.total or 0),
        address=link("sellers_pages.list_partners"),
        icon="building",
    )


def _credits(found: SellerCredits) -> Iterator[KeyMetric]:
    if found.type is None:
        return
    yield KeyMetric(
        title="Credits left",
        value=f"{found.balance.amount_minor:,}",
        address=link("credits.show_credits", account_id=found.account_id),
        note=f"{found.used.amount_minor:,} used this month",
        icon="coins",
    )


HEADLINES: tuple[tuple[str, Callable[[Any], Iterator[KeyMetric]]], ...] = (
    ("partners", _partners),
    ("customers", _customers),
    ("subscriptions", _subscriptions),
    ("lapsed", _lapsed),
    ("credits", _credits),
)


def cards(results: Results) -> list[Card]:
    """The cards below, those of parts that are away among them."""
    return [_card(results, *spec) for spec in CARDS if set(spec[2]) <= set(results)]


def _card(
    results: Results,
    title: str,
    icon: str,
    needed: tuple[str, ...],
    make: Callable[..., Iterator[KeyMetric]],
) -> Card:
    """One card, with what it tells, or that its part is away."""
    values = [results[name].value for name in needed]
    is_away = any(value is None for value in values)
    metrics = [] if is_away else list(make(*values))
    return Card(
        title=title,
        icon=icon,
        metrics=metrics,
        is_away=is_away,
        is_urgent=make in {_exceptions, _guide, _deliveries},
    )


def _states(counts: CustomerCounts) -> Iterator[KeyMetric]:
    for one in counts.states:
        yield KeyMetric(
            title=label_of(one.state),
            value=count_text(one.customers),
            address=link(CUSTOMERS, state=one.state.value),
        )


def _exceptions(exceptions: Page[Any], parked: Page[Any]) -> Iterator[KeyMetric]:
    yield KeyMetric(
        title="Orders with exceptions",
        value=count_text(exceptions.total or 0),
        address=link(ORDERS, state="exception"),
        tone="orange",
    )
    yield KeyMetric(
        title="Webhook deliveries on hold",
        value=count_text(parked.total or 0),
        address=link("shops_pages.list_deliveries", verdict="parked"),
        tone="orange",
    )


def _guide(failing: Page[Any], lacking: Page[Any]) -> Iterator[KeyMetric]:
    yield KeyMetric(
        title="Failed guide sources",
        value=count_text(failing.total or 0),
        address=link("sources_pages.list_guide_sources", is_failing="yes"),
        tone="red",
    )
    yield KeyMetric(
        title="Channels with less than 24 hours of guide",
        value=count_text(lacking.total or 0),
        address=link("channels_pages.list_channels", guide="lacking", is_on="yes"),
        tone="orange",
    )


def _balances(balances: BalancesView) -> Iterator[KeyMetric]:
    for owed in balances.owed:
        yield KeyMetric(title=f"In {owed.asset}", value=money_text(owed))
    yield KeyMetric(title="Outstanding balances", value=count_text(balances.customers))


def _deliveries(counts: DeliveryCounts) -> Iterator[KeyMetric]:
    since = str(first_of_week().date())
    for state, tone in MESSAGE_TONES.items():
        yield KeyMetric(
            title=label_of(state),
            value=count_text(getattr(counts, state.value)),
            address=link(DELIVERIES, state=state.value, created_from=since),
            tone=tone,
        )


MESSAGE_TONES = {
    DeliveryState.FAILED: "red",
    DeliveryState.BOUNCED: "red",
    DeliveryState.QUEUED: "",
    DeliveryState.SENT: "",
}

CARDS: tuple[
    tuple[str, str, tuple[str, ...], Callable[..., Iterator[KeyMetric]]], ...
] = (
    ("Customers by status", "users", ("customers",), _states),
    ("Orders", "building-store", ("exceptions", "parked"), _exceptions),
    ("Guide", "calendar-event", ("failing", "lacking"), _guide),
    ("Messages in the last 7 days", "mail", ("messages",), _deliveries),
    ("Customer balances", "wallet", ("balances",), _balances),
)
"""Title, icon, the parts a card needs, and how its metrics are made of them."""
