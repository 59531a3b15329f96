"""Support grants, and who used them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record
from accounts.tree.models import PATH
from lineup.contracts.accounts.support_grants import SupportGrantView, SupportVisit
from lineup.database import Timestamped


class SupportGrant(Timestamped, Record):
    """A partner lets the platform's support in until `ends_at`; `scope` is its path."""

    __tablename__ = "support_grants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    scope: Mapped[str] = mapped_column(PATH, index=True)
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by: Mapped[str]

    def is_open(self, now: datetime) -> bool:
        """Whether support may use it."""
        return now < self.ends_at

    def view(self, now: datetime, uses: Sequence["GrantUse"]) -> SupportGrantView:
        """The grant as its seers see it."""
        return SupportGrantView(
            id=self.id,
            partner_id=self.partner_id,
            created_at=self.created_at,
            created_by=self.created_by,
            ends_at=self.ends_at,
            is_open=self.is_open(now),
            updated_at=self.last_change,
            visits=[
                SupportVisit(
                    username=one.username,
                    account=one.account,
                    entered_at=one.entered_at,
                )
                for one in uses
            ],
        )


class GrantUse(Record):
    """Support began a session by a grant; it stays when the session is long over."""

    __tablename__ = "support_grant_uses"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """Of the session."""
    grant_id: Mapped[UUID] = mapped_column(ForeignKey("support_grants.id"), index=True)
    username: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("accounts.id"), index=True
    )
    """Who was entered; None for older records that it is not known of."""
    account: Mapped[str]
    entered_at: Mapped[datetime]
