"""Reset links that somebody wants and nobody has looked up yet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record


class ResetWish(Record):
    """A name or mail address for which a link was asked for, known or not."""

    __tablename__ = "reset_wishes"
    __audited__ = False

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    service: Mapped[str] = mapped_column(default="", server_default="")
    """The service ID that was given with it; empty: none."""
    created_at: Mapped[datetime]
