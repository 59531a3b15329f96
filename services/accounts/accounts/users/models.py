"""Users: one line of a customer each, with its own playlist (CU-18, PE-01)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record
from accounts.tree.models import PATH
from lineup.contracts.accounts import PlayerCredentials, Status, UserChanged, UserView
from lineup.secrets import Sealed


class User(Record):
    """One line of a customer. `scope` is the customer's path.

    Its user name, password and link stay the same as long as it lives (PE-03).
    `seat_id` is the shop order's seat it was made for: each seat makes one user.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index("ix_users_customer_id_id", "customer_id", "id"),
        Index("ix_users_partner_id_id", "partner_id", "id"),
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
    status: Mapped[Status]
    version: Mapped[int]
    created_at: Mapped[datetime]

    def rename(self, name: str) -> None:
        """Bear another name."""
        self.name = name
        self.version += 1

    def delete(self) -> None:
        """Be served no more; the row stays, so that copies hear of it again."""
        self.status = Status.DELETED
        self.version += 1

    def view(self, public_url: str) -> UserView:
        """The user as its seers see it."""
        return UserView(
            id=self.id,
            customer_id=self.customer_id,
            partner_id=self.partner_id,
            scope=self.scope,
            name=self.name,
            username=self.username,
            password=self.password,
            token=self.token,
            public_url=public_url,
            status=self.status,
            created_at=self.created_at,
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
