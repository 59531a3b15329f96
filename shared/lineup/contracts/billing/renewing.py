"""Renewing all users of a customer by hand, in one go."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lineup.context import SELLERS_AND_CUSTOMERS, Permission
from lineup.money import Money
from lineup.verbs import Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class UserRenewal:
    """One more period for one user."""

    user_id: UUID
    user_name: str
    subscription_id: UUID
    product_name: str
    plan_name: str
    price: Money
    starts_at: datetime
    ends_at: datetime
    obstacle: str
    """Why it is left out: stopped, trial, plan_retired, plan_not_allowed,
    no_credit_price, inactive or suspended; empty: it is renewed.
    """


@dataclass(frozen=True, kw_only=True)
class UserRenewals:
    """One more period for each user of a customer, with their total."""

    customer_id: UUID
    lines: list[UserRenewal]
    total: Money
    """Price of all that are not left out."""
    balance: Money
    balance_after: Money
    missing: Money
    """What the balance and the customer's credit together lack."""


@verb(
    "billing",
    Kind.READ,
    allowed=SELLERS_AND_CUSTOMERS,
    rest=Route(
        "GET /customers/<uuid:customer_id>/renewals", name="quote_customer_renewals"
    ),
)
class QuoteUserRenewals(Request[UserRenewals]):
    """Get what renewing all users of a customer costs and gives, without renewing."""

    customer_id: UUID


@verb(
    "billing",
    Kind.WRITE,
    allowed=SELLERS_AND_CUSTOMERS,
    needs=Permission.SELL,
    rest=Route("POST /customers/<uuid:customer_id>/renewals", status=200),
)
class RenewUsers(Request[UserRenewals]):
    """Renew all users of a customer, each by its own plan, or none of them."""

    customer_id: UUID
    total: Money
    """The total that was shown; another one is refused (`total_changed`)."""
