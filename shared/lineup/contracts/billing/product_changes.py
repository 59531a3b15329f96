"""Changing the product of a subscription, now or at its end."""

import enum
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lineup.context import SELLERS_AND_CUSTOMERS, Permission
from lineup.contracts.billing.subscriptions import SubscriptionView
from lineup.money import Money
from lineup.verbs import Kind, Request, Route, verb


class ChangeWay(enum.StrEnum):
    """What becomes of the time that is left, and of the end date.

    new_period: its value counts towards a full new period from now; keep_end: the rest
    until the end date is paid at the new price; into_time: its value buys time of the
    new plan, without payment; at_end: the change is made at the next renewal.
    """

    NEW_PERIOD = "new_period"
    KEEP_END = "keep_end"
    INTO_TIME = "into_time"
    AT_END = "at_end"


@dataclass(frozen=True, kw_only=True)
class ChangeQuote:
    """Price and dates of a change of product."""

    subscription_id: UUID
    plan_id: UUID
    way: ChangeWay
    product_name: str
    plan_name: str
    starts_at: datetime
    """When the new product begins."""
    ends_at: datetime
    value: Money
    """What the time that is left is worth."""
    price: Money
    """Price of the new period, paid by that value first."""
    balance: Money
    balance_after: Money
    missing: Money
    """What the balance and the customer's credit together lack."""
    packages_gained: list[str]
    packages_lost: list[str]
    renews: bool


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_CUSTOMERS,
    rest=Route(
        "GET /subscriptions/<uuid:subscription_id>/change",
        name="quote_subscription_change",
    ),
)
class QuoteChange(Request[ChangeQuote]):
    """Get the price and dates of a change of product, without changing.

    Refused for the same reasons as the change, except a low balance.
    """

    subscription_id: UUID
    plan_id: UUID
    way: ChangeWay = ChangeWay.NEW_PERIOD


@verb(
    "billing",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.SELL,
    rest=Route("POST /subscriptions/<uuid:subscription_id>/change", status=200),
)
class ChangeSubscription(Request[SubscriptionView]):
    """Change the product of a subscription; one that has ended is bought anew.

    A second change for the end date replaces the first.
    """

    subscription_id: UUID
    plan_id: UUID
    way: ChangeWay = ChangeWay.NEW_PERIOD


@verb(
    "billing",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.SELL,
    rest=Route(
        "DELETE /subscriptions/<uuid:subscription_id>/change",
        status=200,
        has_tag=False,
    ),
)
class WithdrawChange(Request[SubscriptionView]):
    """Withdraw a change that was noted for the end date."""

    subscription_id: UUID
