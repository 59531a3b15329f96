"""Jobs: what is to be done with all customers of a seller, and how far it is."""

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from accounts.customers.models import Customer, Deletion
from accounts.records import Record, as_text
from accounts.tree.models import PATH, Account
from lineup.contracts.accounts.customers import BalanceSettlement
from lineup.contracts.accounts.jobs import (
    AccountCounts,
    AccountJobState,
    AccountJobView,
    JobKind,
)
from lineup.contracts.accounts.tree import Status
from lineup.database import Timestamped
from lineup.ids import new_id

PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 60))
"""After the first round with failures, the second, and so on."""


class AccountJob(Timestamped, Record):
    """One job; `scope` is the path of the seller whose customers it is about.

    It stays when it is done: it says who deleted whom, and how many went along.
    """

    __tablename__ = "account_jobs"
    __table_args__ = (
        Index(
            "ix_account_jobs_running", "id", postgresql_where=text("state = 'running'")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[JobKind] = mapped_column(as_text(JobKind))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    account_name: Mapped[str]
    username: Mapped[str]
    to_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    to_account_name: Mapped[str]
    scope: Mapped[str] = mapped_column(PATH)
    state: Mapped[AccountJobState] = mapped_column(as_text(AccountJobState))
    customers: Mapped[int]
    users: Mapped[int]
    customers_done: Mapped[int]
    users_done: Mapped[int]
    actor: Mapped[str]
    settlement: Mapped[str | None]
    reason: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    worked_at: Mapped[datetime | None]
    """When it last had its turn, by the database's clock."""
    next_try_at: Mapped[datetime | None]
    """When customers that could not be done are tried again; None: at once."""
    tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    failing: Mapped[list[str]] = mapped_column(
        default=list, server_default=text("'[]'")
    )
    """Ids of customers that could not be done in this round."""

    @classmethod
    def begin(cls, account: Account, actor: str, now: datetime) -> Self:
        """A job over an account's customers."""
        return cls(
            id=new_id(),
            kind=JobKind.DELETE,
            account_id=account.id,
            account_name=account.name,
            username=account.username,
            to_account_id=None,
            to_account_name="",
            scope=account.scope,
            state=AccountJobState.RUNNING,
            customers=0,
            users=0,
            customers_done=0,
            users_done=0,
            actor=actor,
            settlement=None,
            reason="",
            created_at=now,
            finished_at=None,
        )

    def remove(self, deletion: Deletion) -> None:
        """Delete the customers; what becomes of their money is told with each."""
        self.settlement, self.reason = deletion.settlement, deletion.reason

    @property
    def deletion(self) -> Deletion:
        """Who deletes the customers, why, and what becomes of their money."""
        fate = BalanceSettlement(self.settlement or BalanceSettlement.PAY_OUT)
        return Deletion(settlement=fate, reason=self.reason, by=self.actor)

    def lead_to(self, target: Account) -> None:
        """Move the customers to another account instead."""
        self.kind = JobKind.MOVE
        self.to_account_id, self.to_account_name = target.id, target.name

    def concerned(self) -> tuple[ColumnElement[bool], ...]:
        """The condition that a customer is one of its: all that lie below who is
        deleted; of who only loses them its own sales, without itself.
        """
        if self.kind is JobKind.DELETE:
            which = Customer.scope.startswith(self.scope, autoescape=True)
        else:
            which = and_(Customer.seller_id == self.account_id, ~Customer.is_own)
        return which, Customer.status != Status.DELETED

    @property
    def order(self) -> InstrumentedAttribute[Any]:
        """In which order they are taken: that of the index which has them together, so
        that no turn reads the customers of others.
        """
        return Customer.scope if self.kind is JobKind.DELETE else Customer.id

    def expect(self, counts: AccountCounts) -> None:
        """Know how many there are at the start."""
        self.customers, self.users = counts.customers, counts.users

    def advance(self, customers: int, users: int) -> None:
        """Count what was done; more than was there at the start is possible."""
        self.customers_done += customers
        self.users_done += users

    def skip(self, customer_id: UUID) -> None:
        """Leave a customer out that cannot be done now."""
        self.failing = [*self.failing, str(customer_id)]

    def put_off(self, now: datetime) -> None:
        """Nothing is left but what failed: try that again, later each time."""
        self.tries += 1
        self.failing = []
        self.next_try_at = now + PAUSES[min(self.tries, len(PAUSES)) - 1]

    def finish(self, now: datetime) -> None:
        """Nothing is left to do."""
        self.state = AccountJobState.DONE
        self.finished_at = now

    def view(self) -> AccountJobView:
        """The job as those see it who see its account."""
        return AccountJobView(
            updated_at=self.last_change,
            id=self.id,
            kind=self.kind,
            account_id=self.account_id,
            account_name=self.account_name,
            username=self.username,
            to_account_id=self.to_account_id,
            to_account_name=self.to_account_name,
            state=self.state,
            customers=self.customers,
            users=self.users,
            customers_done=self.customers_done,
            users_done=self.users_done,
            actor=self.actor,
            created_at=self.created_at,
            finished_at=self.finished_at,
            next_try_at=None if self.finished_at else self.next_try_at,
        )
