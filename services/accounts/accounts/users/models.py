"""Users: one line of a customer each, with its own playlist."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.customers.models import NEVER_TEXT
from accounts.customers.status import NEVER, end_of, status_of
from accounts.records import Record
from accounts.search_text import searchable
from accounts.subscriptions.models import SubscriptionCopy, is_stopped
from accounts.tree.models import PATH
from lineup.contracts.accounts.erasure import erased_username
from lineup.contracts.accounts.tree import Status
from lineup.contracts.accounts.users import PlayerCredentials, UserChanged, UserView
from lineup.database import Timestamped
from lineup.secrets import Sealed


class User(Timestamped, Record):
    """One line of a customer. `scope` is the customer's path.

    Its user name, password and link stay the same until somebody replaces them.
    `seat_id` is the shop order's seat it was made for: each seat makes one user.
    What is kept of its subscriptions and devices follows them.
    `forfeits`: deleted with its seller, without a refund.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index("ix_users_customer_id_id", "customer_id", "id"),
        Index("ix_users_partner_id_id", "partner_id", "id"),
        Index("ix_users_by_ends_at", "partner_id", "ends_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    partner_id: Mapped[UUID]
    scope: Mapped[str] = mapped_column(PATH, index=True)
    name: Mapped[str]
    username: Mapped[str] = mapped_column(unique=True)
    password: Mapped[Sealed]
    token: Mapped[str] = mapped_column(unique=True)
    seat_id: Mapped[UUID | None] = mapped_column(unique=True)
    search: Mapped[str] = mapped_column(server_default="")
    paid_until: Mapped[datetime] = mapped_column(server_default=NEVER_TEXT)
    trial_until: Mapped[datetime] = mapped_column(server_default=NEVER_TEXT)
    ends_at: Mapped[datetime] = mapped_column(server_default=NEVER_TEXT)
    is_stopped: Mapped[bool] = mapped_column(server_default="false")
    """Whether the subscription that ended last was stopped before its time."""
    product_id: Mapped[UUID | None]
    product_name: Mapped[str] = mapped_column(server_default="")
    device_count: Mapped[int] = mapped_column(server_default=text("0"))
    status: Mapped[Status]
    trashed_from: Mapped[Status | None]
    """What it is again when its trashed customer is restored."""
    forfeits: Mapped[bool] = mapped_column(server_default="false")
    version: Mapped[int]
    created_at: Mapped[datetime]

    def rename(self, name: str) -> None:
        """Bear another name."""
        self.name = name
        self.search = searchable([name, self.username])
        self.version += 1

    def replace_link(self, token: str) -> None:
        """Have another playlist link; the one before leads nowhere."""
        self.token = token
        self.version += 1

    def replace_password(self, password: Sealed) -> None:
        """Have another Xtream password."""
        self.password = password
        self.version += 1

    def replace_username(self, username: str) -> None:
        """Have another Xtream user name."""
        self.username = username
        self.rename(self.name)

    def set_status(self, status: Status) -> None:
        """Be in use, refused, or deleted: then the row stays for the copies."""
        self.status, self.trashed_from = status, None
        self.version += 1

    def trash(self) -> None:
        """Be gone with its customer, which can be restored."""
        self.trashed_from, self.status = self.status, Status.TRASHED
        self.version += 1

    def restore(self) -> None:
        """Be again what it was before its customer was trashed."""
        self.set_status(self.trashed_from or Status.ACTIVE)

    def apply_subscriptions(self, copies: Sequence[SubscriptionCopy]) -> None:
        """Keep what its subscriptions say, the furthest end first."""
        paid = [copy.ends_at for copy in copies if not copy.is_trial]
        trial = [copy.ends_at for copy in copies if copy.is_trial]
        self.paid_until = max(paid, default=NEVER)
        self.trial_until = max(trial, default=NEVER)
        self.ends_at = max(self.paid_until, self.trial_until)
        self.is_stopped = is_stopped(copies[0]) if copies else False
        self.product_id = copies[0].product_id if copies else None
        self.product_name = copies[0].product_name if copies else ""

    def delete_without_refund(self) -> None:
        """Go together with its seller: what is left of its time is not given back."""
        self.forfeits = True
        self.set_status(Status.DELETED)

    def erase(self) -> None:
        """Be deleted, and have nothing more that names or lets in anybody."""
        self.username = self.token = erased_username(self.id)
        self.password = ""
        self.rename("")
        self.set_status(Status.DELETED)

    def move(self, scope: str) -> None:
        """Lie where its customer now lies."""
        self.scope = scope
        self.version += 1

    def view(self, public_url: str, now: datetime, off: Collection[str]) -> UserView:
        """The user as its seers see it, while accounts at the paths `off` are off."""
        return UserView(
            updated_at=self.last_change,
            id=self.id,
            customer_id=self.customer_id,
            partner_id=self.partner_id,
            scope=self.scope,
            name=self.name,
            username=self.username,
            password=self.password,
            token=self.token,
            public_url=public_url,
            is_active=self.status is Status.ACTIVE,
            created_at=self.created_at,
            state=status_of(self, now, off),
            ends_at=end_of(self),
            product_id=self.product_id,
            product_name=self.product_name,
            device_count=self.device_count,
        )

    def state(self, public_url: str) -> UserChanged:
        """The user as it is announced."""
        return UserChanged(
            id=self.id,
            version=self.version,
            customer_id=self.customer_id,
            partner_id=self.partner_id,
            scope=self.scope,
            name=self.name,
            username=self.username,
            password=self.password,
            token=self.token,
            public_url=public_url,
            status=self.status,
            is_ordered=self.seat_id is not None,
            forfeits=bool(self.forfeits),
            created_at=self.created_at,
        )

    def credentials(self) -> PlayerCredentials:
        """What is told of it in a credentials message."""
        return PlayerCredentials(
            user_id=self.id,
            name=self.name,
            username=self.username,
            password=self.password,
            token=self.token,
        )
