"""Whom to call today: what renews soon and what it lacks, who lapsed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gateway.admin.dashboard.links import WEEK, ending, lapsed, link
from gateway.admin.dashboard.queries import Results, local_today, renewals_of
from gateway.panel.display import money_text
from gateway.panel.optional_results import OptionalResult
from lineup.contracts.billing.subscriptions import RenewalOverview, SubscriptionView

OBSTACLES = {
    "trial": "a trial",
    "plan_retired": "plan retired",
    "plan_not_allowed": "not on price list",
    "no_credit_price": "no price in Credits",
    "inactive": "disabled",
    "over": "expired",
    "replaced": "plan change ordered",
    "put_off": "retrying soon",
}
"""Why nothing renews by itself though the switch is on, in a word or two."""


@dataclass(frozen=True, kw_only=True)
class WorklistRow:
    """One subscription of a worklist, and where one click acts."""

    subscription: SubscriptionView
    words: str
    """What it lacks, or that nothing is missing."""
    tone: str
    customer_address: str
    buy_address: str
    """Empty for those who sell nothing."""


@dataclass(frozen=True, kw_only=True)
class Worklist:
    """A few lines of a list, and the address of all."""

    title: str
    icon: str
    lines: Sequence[WorklistRow]
    is_away: bool
    nothing: str
    """What is said where no line is."""
    address: str


def worklists(results: Results) -> list[Worklist]:
    """What renews within seven days, and who lapsed; none for who has no such parts."""
    if "due" not in results:
        return []
    due, gone, today = results["due"], results["lapsed"], local_today()
    return [
        Worklist(
            title="Renewals due",
            icon="calendar-due",
            lines=_due_rows(due.value.items) if due.value else [],
            is_away=due.is_away,
            nothing="No renewals due in the next seven days.",
            address=ending(today, today + WEEK),
        ),
        Worklist(
            title="Lapsed",
            icon="user-off",
            lines=_lapsed_rows(gone.value.items) if gone.value else [],
            is_away=gone.is_away,
            nothing="No lapsed subscriptions in the last 30 days.",
            address=lapsed(today),
        ),
    ]


def _due_rows(found: Sequence[SubscriptionView]) -> list[WorklistRow]:
    overviews = renewals_of({one.customer_id for one in found if one.renews})
    return [_row(one, *_lack_of(one, overviews)) for one in found]


def _lack_of(
    one: SubscriptionView, overviews: dict[UUID, OptionalResult[RenewalOverview]]
) -> tuple[str, str]:
    """What keeps a subscription from going on by itself, and how bad that is."""
    if not one.renews:
        return "auto-renewal off", "yellow"
    if one.obstacle:
        return OBSTACLES.get(one.obstacle, "auto-renewal off"), "yellow"
    overview = overviews[one.customer_id].value
    if overview is None:
        return "not available right now", "secondary"
    if overview.missing:
        return f"{money_text(overview.missing)} missing", "red"
    return "paid from the balance", "green"


def _lapsed_rows(found: Sequence[SubscriptionView]) -> list[WorklistRow]:
    return [_row(one, one.product_name, "secondary") for one in found]


def _row(one: SubscriptionView, words: str, tone: str) -> WorklistRow:
    customer = "money_pages.customer_subscriptions"
    return WorklistRow(
        subscription=one,
        words=words,
        tone=tone,
        customer_address=link(customer, customer_id=one.customer_id),
        buy_address=link("users.buy", user_id=one.user_id),
    )
