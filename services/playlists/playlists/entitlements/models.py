"""Copies of other services' facts; events fill them and the newest version wins.

Beside them what staff says of one customer's packages.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from lineup.database import Timestamped
from lineup.secrets import Sealed
from playlists.records import Record


class Partner(Record):
    """A partner as accounts announced it."""

    __tablename__ = "partners"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    scope: Mapped[str]
    """The partner's own path."""
    name: Mapped[str]
    time_zone: Mapped[str]
    public_url: Mapped[str]
    status: Mapped[str]


class Seller(Record):
    """A reseller or dealer as accounts announced it."""

    __tablename__ = "sellers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    scope: Mapped[str]
    """The seller's own path."""
    status: Mapped[str]


class Customer(Record):
    """What playlists need of a customer as accounts announced it."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    scope: Mapped[str] = mapped_column(server_default="")
    """Its own path; empty where it was not announced since that is kept."""
    time_zone: Mapped[str]
    """Its own zone; empty: its partner's."""
    shows_adult: Mapped[bool] = mapped_column(server_default=true())
    status: Mapped[str] = mapped_column(server_default=text("'active'"))


class CustomerPackage(Timestamped, Record):
    """A package that a customer has, or has not, whatever its products have.

    Who may see it is decided by its customer's scope.
    """

    __tablename__ = "customer_packages"
    __table_args__ = (
        Index("uq_customer_packages", "customer_id", "package_id", unique=True),
        Index("ix_customer_packages_package_id", "package_id"),
        Index("ix_customer_packages_partner_id", "partner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    package_id: Mapped[UUID] = mapped_column(
        ForeignKey("packages.id", ondelete="CASCADE")
    )
    partner_id: Mapped[UUID]
    is_included: Mapped[bool]
    created_at: Mapped[datetime]


class User(Record):
    """A user as accounts announced it."""

    __tablename__ = "users"
    __table_args__ = (
        Index("ix_users_partner_id", "partner_id", "id"),
        Index("ix_users_scope", "scope", postgresql_ops={"scope": "text_pattern_ops"}),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    customer_id: Mapped[UUID]
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    name: Mapped[str]
    username: Mapped[str]
    password: Mapped[Sealed]
    token: Mapped[str]
    public_url: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]


class Subscription(Record):
    """A subscription as billing announced it: what a user may watch, and until when."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_user_id", "user_id", "started_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    user_id: Mapped[UUID]
    customer_id: Mapped[UUID]
    partner_id: Mapped[UUID]
    scope: Mapped[str]
    product_name: Mapped[str]
    package_ids: Mapped[list[str]]
    devices: Mapped[int]
    addresses: Mapped[int]
    is_trial: Mapped[bool]
    state: Mapped[str]
    is_suspended: Mapped[bool] = mapped_column(server_default=false())
    """Whether it grants nothing until its suspension is lifted."""
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
