"""Copies of the facts of accounts that messages need."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from notifications.records import Record


class AccountCopy(Record):
    """A partner, reseller or dealer, as accounts last announced it."""

    __tablename__ = "account_copy"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str]
    scope: Mapped[str]
    email: Mapped[str]
    time_zone: Mapped[str]
    status: Mapped[str]


class CustomerCopy(Record):
    """A customer, as accounts last announced it."""

    __tablename__ = "customer_copy"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    status: Mapped[str]
