"""Who was erased, or is being erased, and which services have not finished."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record
from accounts.tree.models import PATH
from lineup.contracts.accounts.erasure import ErasureView, number_of
from lineup.database.purging import PurgeRow


class Erasure(PurgeRow, Record):
    """The erasure of one customer: in this service's rows, and how far all others are.

    It stays, and names nobody but by a number.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        Index("ix_erasures_scope", "scope"),
        Index("ix_erasures_asked_at", "asked_at"),
    )

    scope: Mapped[str] = mapped_column(PATH)
    partner_id: Mapped[UUID]
    email: Mapped[str]
    """Sealed, while services may have to be asked again."""
    requested_at: Mapped[datetime]
    requested_by: Mapped[str]
    reason: Mapped[str]
    waiting_for: Mapped[list[str]]
    """The services that have not finished."""
    asked_at: Mapped[datetime | None]
    """When they were last asked to; None: nobody has to be asked any more."""
    finished_at: Mapped[datetime | None]

    def confirm(self, service: str, now: datetime) -> None:
        """A service has finished; the last one ends it."""
        self.waiting_for = [one for one in self.waiting_for if one != service]
        if not self.waiting_for and self.finished_at is None:
            self.finished_at, self.asked_at, self.email = now, None, ""

    def view(self) -> ErasureView:
        """The erasure as it is shown."""
        return ErasureView(
            id=self.id,
            number=number_of(self.id),
            requested_at=self.requested_at,
            requested_by=self.requested_by,
            reason=self.reason,
            waiting_for=list(self.waiting_for),
            finished_at=self.finished_at,
        )
