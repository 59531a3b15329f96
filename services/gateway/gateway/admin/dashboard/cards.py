"""Cards: a part of an answer, put so that one look suffices and one click goes on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.admin.dashboard.links import SUBSCRIPTIONS, WEEK, ending, lapsed, link
from gateway.admin.dashboard.questions import Parts, first_of_week, today_here
from gateway.panel.display import label_of, money_text
from gateway.panel.parts import Part
from gateway.panel.tables import COUNT_UP_TO
from lineup.contracts.accounts.customers import CustomerCounts
from lineup.contracts.billing.reports import SubscriptionFigures
from lineup.contracts.billing.wallets import BalancesView
from lineup.contracts.notifications import DeliveryCounts, DeliveryState
from lineup.contracts.paging import Page

CUSTOMERS = "customers_pages.list_customers"
ORDERS = "shops_pages.list_orders"
DELIVERIES = "notifications_pages.list_deliveries"


@dataclass(frozen=True, kw_only=True)
class KeyFigure:
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
    """Figures that belong together."""

    title: str
    icon: str
    figures: Sequence[KeyFigure]
    is_away: bool = False
    is_urgent: bool = False
    """Whether it is about what must be looked at."""


def count_text(count: int) -> str:
    """A number: "123,456", or "10,000+" where a list stopped counting."""
    return f"{count:,}{'+' if count == COUNT_UP_TO else ''}"


def headlines(parts: Parts) -> list[KeyFigure]:
    """The numbers at the head of the page."""
    return [
        figure
        for name, make in HEADLINES
        if name in parts
        for figure in _shown(parts[name], make)
    ]


def _shown(
    found: Part[Any], make: Callable[[Any], Iterator[KeyFigure]]
) -> Sequence[KeyFigure]:
    return [] if found.value is None else list(make(found.value))


def _customers(counts: CustomerCounts) -> Iterator[KeyFigure]:
    active = sum(s.customers for s in counts.states if s.state in {"active", "trial"})
    yield KeyFigure(
        title="Customers",
        value=count_text(counts.total),
        address=link(CUSTOMERS),
        note=f"{active:,} with a subscription",
        icon="users",
    )


def _subscriptions(figures: SubscriptionFigures) -> Iterator[KeyFigure]:
    yield KeyFigure(
        title="Active now",
        value=count_text(figures.running),
        address=link(SUBSCRIPTIONS, state="running"),
        note=f"{figures.renewing:,} auto-renew, {figures.trials:,} on trial",
        icon="device-tv",
    )
    yield KeyFigure(
        title="Expiring in 7 days",
        value=count_text(figures.ending_in_7_days),
        address=ending(figures.today, figures.today + WEEK),
        note=f"{figures.ending_in_30_days:,} in 30 days",
        icon="calendar-due",
    )


def _lapsed(page: Page[Any]) -> Iterator[KeyFigure]:
    yield KeyFigure(
        title="Lapsed in the last 30 days",
        value=count_text(page.total or 0),
        address=lapsed(today_here()),
        note="not renewed since",
        icon="user-off",
    )


def _partners(page: Page[Any]) -> Iterator[KeyFigure]:
    yield KeyFigure(
        title="Partners",
        value=count_text(page.total or 0),
        address=link("sellers_pages.list_partners"),
        icon="building",
    )


HEADLINES: tuple[tuple[str, Callable[[Any], Iterator[KeyFigure]]], ...] = (
    ("partners", _partners),
    ("customers", _customers),
    ("subscriptions", _subscriptions),
    ("lapsed", _lapsed),
)


def cards(parts: Parts) -> list[Card]:
    """The cards below, those of parts that are away among them."""
    return [_card(parts, *spec) for spec in CARDS if set(spec[2]) <= set(parts)]


def _card(
    parts: Parts,
    title: str,
    icon: str,
    needed: tuple[str, ...],
    make: Callable[..., Iterator[KeyFigure]],
) -> Card:
    """One card, with what it tells, or that its part is away."""
    values = [parts[name].value for name in needed]
    is_away = any(value is None for value in values)
    figures = [] if is_away else list(make(*values))
    return Card(
        title=title,
        icon=icon,
        figures=figures,
        is_away=is_away,
        is_urgent=make in {_exceptions, _guide, _deliveries},
    )


def _states(counts: CustomerCounts) -> Iterator[KeyFigure]:
    for one in counts.states:
        yield KeyFigure(
            title=label_of(one.state),
            value=count_text(one.customers),
            address=link(CUSTOMERS, state=one.state.value),
        )


def _exceptions(exceptions: Page[Any], parked: Page[Any]) -> Iterator[KeyFigure]:
    yield KeyFigure(
        title="Orders with exceptions",
        value=count_text(exceptions.total or 0),
        address=link(ORDERS, state="exception"),
        tone="orange",
    )
    yield KeyFigure(
        title="Webhook deliveries on hold",
        value=count_text(parked.total or 0),
        address=link("shops_pages.list_deliveries", verdict="parked"),
        tone="orange",
    )


def _guide(failing: Page[Any], lacking: Page[Any]) -> Iterator[KeyFigure]:
    yield KeyFigure(
        title="Failed guide sources",
        value=count_text(failing.total or 0),
        address=link("sources_pages.list_guide_sources", is_failing="yes"),
        tone="red",
    )
    yield KeyFigure(
        title="Channels with less than 24 hours of guide",
        value=count_text(lacking.total or 0),
        address=link("channels_pages.list_channels", guide="lacking", is_on="yes"),
        tone="orange",
    )


def _balances(balances: BalancesView) -> Iterator[KeyFigure]:
    for owed in balances.owed:
        yield KeyFigure(title=f"In {owed.asset}", value=money_text(owed))
    yield KeyFigure(title="Outstanding balances", value=count_text(balances.customers))


def _deliveries(counts: DeliveryCounts) -> Iterator[KeyFigure]:
    since = str(first_of_week().date())
    for state, tone in MESSAGE_TONES.items():
        yield KeyFigure(
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
    tuple[str, str, tuple[str, ...], Callable[..., Iterator[KeyFigure]]], ...
] = (
    ("Customers by status", "users", ("customers",), _states),
    ("Orders", "building-store", ("exceptions", "parked"), _exceptions),
    ("Guide", "calendar-event", ("failing", "lacking"), _guide),
    ("Messages in the last 7 days", "mail", ("messages",), _deliveries),
    ("Customer balances", "wallet", ("balances",), _balances),
)
"""Title, icon, the parts a card needs, and how its figures are made of them."""
