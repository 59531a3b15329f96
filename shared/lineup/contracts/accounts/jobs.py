"""Jobs over all customers of a seller: deleting it, moving them to another."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lineup.context import PARTNERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.customers import CustomerView, Settlement
from lineup.contracts.paging import Page, Paging
from lineup.values.types import Line, Note
from lineup.verbs import Kind, Request, Route, verb


@dataclass(frozen=True, kw_only=True)
class AccountCounts:
    """What goes with an account when it is deleted."""

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
    """How many customers and users lie below an account."""

    account_id: UUID


class JobKind(enum.StrEnum):
    """What becomes of a seller's customers."""

    DELETE = "delete"
    MOVE = "move"


class AccountJobState(enum.StrEnum):
    """Where a job stands."""

    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class AccountJobView:
    """A job: what there was to do when it began, and what is done of it."""

    id: UUID
    kind: JobKind
    account_id: UUID
    account_name: str
    username: str
    """The name of the account's first login."""
    to_account_id: UUID | None
    to_account_name: str
    state: AccountJobState
    customers: int
    users: int
    customers_done: int
    users_done: int
    actor: str
    """Who asked for it, both names while logged in as another."""
    created_at: datetime
    finished_at: datetime | None
    next_try_at: datetime | None = None
    """Some customers could not be done: when they are tried again."""
    updated_at: datetime | None = None
    """When it last changed; null: nobody noted it then."""


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("DELETE /accounts/<uuid:account_id>", status=202),
)
class DeleteAccount(Request[AccountJobView]):
    """Delete a reseller or dealer with all its customers and their users.

    `confirmation` is the name of its first login, typed. Refused while money is on
    balances of its customers, unless forced with a reason: then these are settled.
    Subscriptions end without a refund.
    """

    account_id: UUID
    confirmation: Line = ""
    force: bool = False
    reason: Note = ""
    """Why, where it is forced; it stands in the books."""
    settlement: Settlement = Settlement.PAY_OUT


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    rest="PUT /customers/<uuid:customer_id>/seller",
)
class MoveCustomer(Request[CustomerView]):
    """Put a customer below another seller, or its partner itself."""

    customer_id: UUID
    to_account_id: UUID


@verb(
    "accounts",
    Kind.WRITE,
    allowed=PARTNERS,
    rest=Route("POST /accounts/<uuid:account_id>/moves", status=202),
)
class MoveCustomers(Request[AccountJobView]):
    """Put all customers of one seller below another one of the same partner."""

    account_id: UUID
    to_account_id: UUID


@verb(
    "accounts",
    Kind.READ,
    allowed=SELLERS_AND_SUPPORT,
    rest="GET /account-jobs/<uuid:job_id>",
)
class GetAccountJob(Request[AccountJobView]):
    """One job by id."""

    job_id: UUID


@verb("accounts", Kind.READ, allowed=SELLERS_AND_SUPPORT, rest="GET /account-jobs")
class ListAccountJobs(Request[Page[AccountJobView]]):
    """Jobs, newest first, of one account where it is named."""

    account_id: UUID | None = None
    paging: Paging = field(default_factory=Paging)
