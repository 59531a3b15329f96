"""What is kept of partners' offers to resellers, and of requests for links."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record
from accounts.tree.models import PATH, Account
from lineup.contracts.accounts.partner_directory import (
    ContactField,
    PartnerListing,
    every_contact_field,
)
from lineup.contracts.accounts.refusals import (
    RequestClosed,
    RequestOpen,
    RequestTooSoon,
)
from lineup.contracts.accounts.reseller_links import LinkRequestState
from lineup.database import Timestamped

REPEATED_AFTER = timedelta(days=30)
"""After which time a rejected request may be repeated."""


class Listing(Timestamped, Record):
    """What a partner shows in the directory; one without a row shows everything."""

    __tablename__ = "partner_listings"

    id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(PATH)
    offers_to_resellers: Mapped[bool]
    visible_fields: Mapped[list[str]]
    approach: Mapped[str]

    @classmethod
    def usual(cls, partner: Account) -> Self:
        """What holds until a partner says otherwise."""
        return cls(
            id=partner.id,
            scope=partner.scope,
            offers_to_resellers=True,
            visible_fields=[one.value for one in every_contact_field()],
            approach="",
        )

    @property
    def shown(self) -> list[ContactField]:
        """What is shown; a field that this version does not know is not."""
        return [one for one in ContactField if one.value in self.visible_fields]

    def show(self, fields: list[ContactField]) -> None:
        """Show these fields and no others."""
        self.visible_fields = [one.value for one in fields]

    def view(self) -> PartnerListing:
        """The listing as its partner sees it."""
        return PartnerListing(
            partner_id=self.id,
            offers_to_resellers=self.offers_to_resellers,
            visible_fields=self.shown,
            approach=self.approach,
            updated_at=self.updated_at and self.last_change,
        )


class LinkRequest(Timestamped, Record):
    """A reseller company's request for a link; `scope` is the partner's path.

    A pair has at most one that is open.
    """

    __tablename__ = "link_requests"
    __table_args__ = (
        Index(
            "uq_link_requests_open",
            "partner_id",
            "company_id",
            unique=True,
            postgresql_where=text("state = 'requested'"),
        ),
        Index("ix_link_requests_pair", "company_id", "partner_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    scope: Mapped[str] = mapped_column(PATH, index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    company_scope: Mapped[str] = mapped_column(PATH, index=True)
    state: Mapped[LinkRequestState]
    message: Mapped[str]
    answer: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    invited_at: Mapped[datetime | None]
    link_id: Mapped[UUID | None]

    def close(self, state: LinkRequestState, now: datetime, answer: str = "") -> None:
        """Be answered or withdrawn, once and for all; RequestClosed after that."""
        if self.state is not LinkRequestState.REQUESTED:
            raise RequestClosed
        self.state, self.answered_at, self.answer = state, now, answer

    def invite(self, now: datetime) -> None:
        """Let the reseller repeat it at once; RequestClosed unless it was rejected."""
        if self.state is not LinkRequestState.REJECTED:
            raise RequestClosed
        self.invited_at = now

    @property
    def may_repeat_at(self) -> datetime | None:
        """When the reseller may ask again; None: whenever it wants."""
        if self.state is not LinkRequestState.REJECTED or self.invited_at:
            return None
        return self.answered_at and self.answered_at + REPEATED_AFTER

    def refuse_repeat(self, now: datetime) -> None:
        """RequestOpen while it is open, RequestTooSoon for a while after a no."""
        if self.state is LinkRequestState.REQUESTED:
            raise RequestOpen
        at = self.may_repeat_at
        if at is not None and now < at:
            raise RequestTooSoon(details={"may_repeat_at": at.isoformat()})
