"""Jobs over all customers of a seller: deleting it, moving them to another."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.context import PARTNERS, SELLERS_AND_SUPPORT, Permission
from lineup.contracts.accounts.customers import BalanceSettlement, CustomerView
from lineup.contracts.paging import Page, Paging
from lineup.values.types import Line, Note
from lineup.verbs import Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class AccountCounts:
    """What is deleted together with an account."""

    account_id: UUID
    customers: int
    users: int


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest=Route(
        "GET /accounts/<uuid:account_id>/counts", name="count_account_customers"
    ),
)
class CountAccount(Request[AccountCounts]):
    """Count the customers and users of an account."""

    account_id: UUID


class JobKind(enum.StrEnum):
    """Type of an account job."""

    DELETE = "delete"
    MOVE = "move"


class AccountJobState(enum.StrEnum):
    """Status of a job."""

    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class AccountJobView:
    """A deletion or transfer of customers, and its progress."""

    id: UUID
    kind: JobKind
    account_id: UUID
    account_name: str
    username: str
    """Username of the account's first login."""
    to_account_id: UUID | None
    to_account_name: str
    state: AccountJobState
    customers: int
    users: int
    customers_done: int
    users_done: int
    actor: str
    """Who requested it; both names while logged in as another account."""
    created_at: datetime
    finished_at: datetime | None
    next_try_at: datetime | None = None
    """When failed customers are retried."""
    updated_at: datetime | None = None
    """When it last changed; null for older records."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.DELETE,
    rest=Route("DELETE /accounts/<uuid:account_id>", status=202),
)
class DeleteAccount(Request[AccountJobView]):
    """Delete a reseller or dealer with all its customers and their users.

    `confirmation` is the username of its first login. Refused while money is on
    balances of its customers, unless forced with a reason: then these are settled.
    Subscriptions end without a refund.
    """

    account_id: UUID
    confirmation: Line = ""
    force: bool = False
    reason: Note = ""
    """Reason for a forced deletion; kept in the records."""
    settlement: BalanceSettlement = BalanceSettlement.PAY_OUT


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest="PUT /customers/<uuid:customer_id>/seller",
)
class MoveCustomer(Request[CustomerView]):
    """Move a customer to another seller, or to the partner itself."""

    customer_id: UUID
    to_account_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    needs=Permission.SELLERS,
    rest=Route("POST /accounts/<uuid:account_id>/moves", status=202),
)
class MoveCustomers(Request[AccountJobView]):
    """Move all customers of a seller to another seller of the same partner."""

    account_id: UUID
    to_account_id: UUID


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /account-jobs/<uuid:job_id>",
)
class GetAccountJob(Request[AccountJobView]):
    """Get a job."""

    job_id: UUID


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /account-jobs")
class ListAccountJobs(Request[Page[AccountJobView]]):
    """List account jobs, newest first, optionally of one account."""

    account_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)
