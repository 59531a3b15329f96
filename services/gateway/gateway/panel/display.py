"""How values are shown: money, instants, words and their tones.

Templates know these as filters, tests and functions; nothing here needs the page's
context, so macros may be imported without it.
"""

import enum
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, format_timedelta
from flask import Flask

from gateway.app_context import app_context
from gateway.request_context import actor
from lineup.contracts.billing.subscriptions import StopReceipt, SubscriptionState
from lineup.money import CREDIT, Money

LANGUAGE = "en_GB"
GOOD, CALM, WATCH, BAD, INFO = "green", "secondary", "yellow", "red", "blue"

TONES = {
    "active": GOOD,
    "running": GOOD,
    "done": GOOD,
    "sent": GOOD,
    "delivered": GOOD,
    "fulfilled": GOOD,
    "paid": GOOD,
    "on": GOOD,
    "in_stock": GOOD,
    "assigned": INFO,
    "returned": WATCH,
    "faulty": BAD,
    "current": INFO,
    "queued": INFO,
    "pending": INFO,
    "received": INFO,
    "sending": INFO,
    "scheduled": INFO,
    "trial": INFO,
    "waiting": INFO,
    "accepted": INFO,
    "requested": INFO,
    "rejected": BAD,
    "ending": WATCH,
    "stored": INFO,
    "filled": GOOD,
    "working": GOOD,
    "slow": WATCH,
    "failing": BAD,
    "parked": WATCH,
    "held": WATCH,
    "reversed": CALM,
    "retrying": WATCH,
    "partial": WATCH,
    "exception": WATCH,
    "suspended": WATCH,
    "disabled": WATCH,
    "grace": WATCH,
    "ended": CALM,
    "expired": CALM,
    "stopped": CALM,
    "inactive": CALM,
    "retired": CALM,
    "off": CALM,
    "failed": BAD,
    "bounced": BAD,
    "refused": BAD,
    "deleted": BAD,
    "blocked": BAD,
}
"""The one mapping of a state's word to its tone; unknown words are calm."""

LABELS = {
    "dropped": "Cancelled",
    "filled": "Fulfilled",
    "held": "On hold",
    "parked": "On hold",
    "renewal_blocked": "Plan retired",
    "renewal_fell_short": "Balance too low",
    "credits_fell_short": "Credits too low",
    "stored": "Queued",
    "top_up": "Top-up",
    "untried": "Not tested",
    "write_off": "Write-off",
}
"""Words that people know another word for."""


def label_of(state: object) -> str:
    """An enum's value, or a word, as people read it: `past_due` is "Past due"."""
    name = str(state.value if isinstance(state, enum.Enum) else state)
    if state is SubscriptionState.RUNNING:
        return "Active"
    if name in LABELS:
        return LABELS[name]
    plain = name.replace("_", " ").replace("-", " ")
    return plain[:1].upper() + plain[1:]


def tone_of(state: object) -> str:
    """The tone a state is shown in."""
    name = str(state.value if isinstance(state, enum.Enum) else state)
    return TONES.get(name, CALM)


def money_text(money: Money) -> str:
    """An amount with its currency: "1,234.50 EUR", "10 Credits"."""
    whole, point, places = money.decimal().lstrip("-").partition(".")
    sign = "-" if money.amount_minor < 0 else ""
    unit = "Credits" if money.asset == CREDIT else money.asset
    return f"{sign}{int(whole):,}{point}{places} {unit}"


def returned_text(receipt: StopReceipt, verb: str) -> str:
    """What a stop returns, in words: "9.00 EUR was refunded to the balance"."""
    refunded = f"{money_text(receipt.refunded)} {verb} refunded to the balance"
    if receipt.credits is None:
        return refunded
    returned = f"{money_text(receipt.credits)} {verb} returned to the seller"
    return f"{refunded} and {returned}" if receipt.refunded else returned


def zone() -> tzinfo:
    """The zone the actor sees times in; UTC where it is none."""
    try:
        return ZoneInfo(actor().time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def instant_text(at: datetime) -> str:
    """An instant in the actor's zone, to the minute: "22 Nov 2026, 14:05"."""
    return format_datetime(at, "d MMM y, HH:mm", tzinfo=zone(), locale=LANGUAGE)


def day_text(at: datetime) -> str:
    """The day of an instant in the actor's zone: "22 Nov 2026"."""
    return format_date(at.astimezone(zone()), "d MMM y", locale=LANGUAGE)


def exact_text(at: datetime) -> str:
    """An instant to the second, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def distance_text(at: datetime) -> str:
    """How far off an instant is: "in 3 days", "2 hours ago"."""
    away = at - app_context().clock.now()
    return format_timedelta(away, add_direction=True, locale=LANGUAGE)


def counted(count: int, state: str) -> str:
    """How many of a word whose plural ends in s: "1 channel", "2,059 channels"."""
    return f"{count:,} {state}{'s' * (count != 1)}"


def init_app(app: Flask) -> None:
    """Let templates show values."""
    app.jinja_env.filters.update(
        counted=counted,
        money=money_text,
        instant=instant_text,
        day=day_text,
        exact=exact_text,
        distance=distance_text,
        label=label_of,
        tone=tone_of,
    )
    app.jinja_env.tests.update(
        money=lambda value: isinstance(value, Money),
        instant=lambda value: isinstance(value, datetime),
        word=lambda value: isinstance(value, enum.Enum),
    )
