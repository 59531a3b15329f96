"""Devices: what a user watches with, roughly, as somebody told."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record
from accounts.search_text import mac_words, searchable
from accounts.tree.models import PATH
from lineup.contracts.accounts.devices import DeviceView
from lineup.database import Timestamped

FRESH_FOR = timedelta(days=183)
"""Half a year: after it, what was told may be another by now."""


class Device(Timestamped, Record):
    """One device; `scope` is its customer's path."""

    __tablename__ = "devices"
    __table_args__ = (
        Index(
            "uq_devices_mac",
            "partner_id",
            "mac",
            unique=True,
            postgresql_where=text("mac <> ''"),
        ),
        Index("ix_devices_customer_id_id", "customer_id", "id"),
        Index("ix_devices_partner_id_id", "partner_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    customer_id: Mapped[UUID]
    partner_id: Mapped[UUID]
    scope: Mapped[str] = mapped_column(PATH, index=True)
    model: Mapped[str]
    app: Mapped[str]
    mac: Mapped[str]
    search: Mapped[str]
    noted_at: Mapped[datetime]
    created_at: Mapped[datetime]

    def note(self, model: str, app: str, mac: str, now: datetime) -> None:
        """Be this from now on; saying the same again makes it fresh."""
        self.model, self.app, self.mac = model, app, mac
        self.search = searchable([model, app, *mac_words(mac)])
        self.noted_at = now

    def view(self, now: datetime) -> DeviceView:
        """The device as its seers see it."""
        return DeviceView(
            updated_at=self.last_change,
            id=self.id,
            user_id=self.user_id,
            customer_id=self.customer_id,
            partner_id=self.partner_id,
            scope=self.scope,
            model=self.model,
            app=self.app,
            mac=self.mac,
            noted_at=self.noted_at,
            is_stale=now - self.noted_at > FRESH_FOR,
            created_at=self.created_at,
        )
