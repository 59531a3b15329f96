"""Which partners have Credits, and which sellers pay with them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.records import Record


class CreditsCurrency(Record):
    """A partner that has the currency Credits beside its own."""

    __tablename__ = "credits_currency"

    partner_id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class SellerTerms(Record):
    """How a seller right below its partner pays, and all sellers below it."""

    __tablename__ = "seller_terms"
    __table_args__ = (CheckConstraint("type IN ('postpaid')", "type"),)

    seller_id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(index=True)
    type: Mapped[str]
    created_at: Mapped[datetime]
