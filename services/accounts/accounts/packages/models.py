"""Packages of the platform, and where each partner stands with it, until when."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, ForeignKey, Index, and_, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record
from accounts.tree.models import PATH, Account
from lineup.context import Feature
from lineup.contracts.accounts.partner_packages import (
    Audience,
    OfferedPackage,
    PackageTerms,
    PartnerPackageView,
)
from lineup.contracts.accounts.partnerships import CredentialsChannel, PartnershipState
from lineup.contracts.accounts.refusals import NotLocked, NotOnTrial, PartnerPurged
from lineup.database import Timestamped
from lineup.money import Money

GONE = (PartnershipState.PURGING, PartnershipState.PURGED)
MONTH = relativedelta(months=1)


class PartnerPackage(Timestamped, Record):
    """What a partner or reseller can have; a limit that is None is none."""

    __tablename__ = "partner_packages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
    offered_to: Mapped[Audience] = mapped_column(
        default=Audience.PARTNERS, server_default=text("'partners'")
    )
    price_minor: Mapped[int]
    asset: Mapped[str]
    most_customers: Mapped[int | None]
    most_users: Mapped[int | None]
    most_sellers: Mapped[int | None]
    most_staff: Mapped[int | None]
    features: Mapped[list[str]]
    is_offered: Mapped[bool]
    created_at: Mapped[datetime]

    @property
    def price(self) -> Money:
        """What it costs a month."""
        return Money(self.price_minor, self.asset)

    @price.setter
    def price(self, price: Money) -> None:
        self.price_minor, self.asset = price.amount_minor, price.asset

    @property
    def lacks(self) -> tuple[Feature, ...]:
        """The features it does not have."""
        return tuple(one for one in Feature if one not in self.features)

    @property
    def terms(self) -> PackageTerms:
        """What it costs, allows and has."""
        return PackageTerms(**self._terms())

    def offer(self) -> OfferedPackage:
        """The package as who chooses sees it."""
        return OfferedPackage(
            id=self.id,
            name=self.name,
            description=self.description,
            **self._terms(),
        )

    def view(self, partner_count: int) -> PartnerPackageView:
        """The package as the platform sees it."""
        return PartnerPackageView(
            id=self.id,
            name=self.name,
            description=self.description,
            is_offered=self.is_offered,
            partner_count=partner_count,
            created_at=self.created_at,
            updated_at=self.last_change,
            **self._terms(),
        )

    def _terms(self) -> dict[str, Any]:
        return {
            "offered_to": self.offered_to,
            "price": self.price,
            "most_customers": self.most_customers,
            "most_users": self.most_users,
            "most_sellers": self.most_sellers,
            "most_staff": self.most_staff,
            "features": [Feature(one) for one in self.features],
        }


class Partnership(Timestamped, Record):
    """One partner's standing; the only place where its state changes.

    Its package is its account's. A partner without a row has paid without an end.
    """

    __tablename__ = "partnerships"
    __table_args__ = (Index("ix_partnerships_due_at", "due_at"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(PATH)
    state: Mapped[PartnershipState]
    name: Mapped[str] = mapped_column(default="")
    """What it was called, while its data is being deleted."""
    contact: Mapped[str] = mapped_column(default="")
    mobile: Mapped[str] = mapped_column(default="")
    channel: Mapped[CredentialsChannel] = mapped_column(
        default=CredentialsChannel.EMAIL
    )
    email_digest: Mapped[bytes | None] = mapped_column(unique=True)
    company_digest: Mapped[bytes | None] = mapped_column(unique=True)
    """Of whom a trial is had once; they stay when all else is deleted."""
    next_package_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("partner_packages.id")
    )
    changes_at: Mapped[datetime | None]
    """When the next package begins."""
    registered_at: Mapped[datetime]
    period_starts_at: Mapped[datetime | None]
    """Since when the month runs that was paid."""
    trial_ends_at: Mapped[datetime | None]
    paid_until: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    purge_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    """When it was last told that its data will be deleted."""
    is_billed: Mapped[bool] = mapped_column(default=False)
    """Whether a pro forma was sent for the month that comes next."""
    followed_until: Mapped[datetime]
    """Whatever was due until then is done."""
    due_at: Mapped[datetime | None]
    """When something is due next."""
    waiting_for: Mapped[list[str]] = mapped_column(default=list)
    """The services that have not yet deleted its data."""
    asked_at: Mapped[datetime | None]
    """When they were last asked to."""
    version: Mapped[int] = mapped_column(default=0)

    @classmethod
    def of(cls, partner: Account, state: PartnershipState, now: datetime) -> Self:
        """A partner's standing from now on."""
        return cls(
            id=partner.id,
            scope=partner.scope,
            state=state,
            registered_at=now,
            followed_until=now,
        )

    @property
    def ends_at(self) -> datetime | None:
        """When it is locked unless it pays; None where that does not come."""
        if self.state is PartnershipState.TRIAL:
            return self.trial_ends_at
        return self.paid_until if self.state is PartnershipState.PAID else None

    @property
    def is_gone(self) -> bool:
        """Whether its data was deleted, or is being deleted."""
        return self.state in GONE

    def refuse_gone(self) -> None:
        """PartnerPurged when nothing can be done for it any more."""
        if self.is_gone:
            raise PartnerPurged

    def begin_trial(self, ends_at: datetime, now: datetime) -> None:
        """Be on trial: its credentials have arrived."""
        self.state, self.trial_ends_at = PartnershipState.TRIAL, ends_at
        self.followed_until = now

    def lock(self, since: datetime, purge_at: datetime) -> None:
        """Have nothing but payment, export and help; the data is kept."""
        self.state = PartnershipState.LOCKED
        self.locked_at, self.purge_at, self.warned_at = since, purge_at, None

    def pay(self, now: datetime) -> datetime:
        """Go on for a month, from its end or, locked, from now; from when on."""
        starts_at = max(self.ends_at or now, now)
        self.state = PartnershipState.PAID
        self.locked_at = self.purge_at = self.warned_at = None
        self.is_billed = False
        self.period_starts_at, self.paid_until = starts_at, starts_at + MONTH
        self.followed_until = now
        return starts_at

    def extend_trial(self, ends_at: datetime, now: datetime) -> None:
        """Be on trial for longer; NotOnTrial for who is not."""
        if self.state is not PartnershipState.TRIAL:
            raise NotOnTrial
        self.trial_ends_at, self.followed_until = ends_at, now

    def hold_purge(self, purge_at: datetime, now: datetime) -> None:
        """Have the data kept for longer; NotLocked where nothing is to be deleted."""
        if self.state is not PartnershipState.LOCKED:
            raise NotLocked
        self.purge_at, self.warned_at, self.followed_until = purge_at, None, now

    def choose(self, package_id: UUID | None, changes_at: datetime | None) -> None:
        """Have another package from a moment on; None: keep the present one."""
        self.next_package_id, self.changes_at = package_id, changes_at

    def free_trial(self) -> None:
        """Let who never began its trial register anew."""
        self.email_digest = self.company_digest = None

    def begin_purge(self, name: str, waiting_for: list[str]) -> None:
        """Lose everything, which each of these services has to confirm."""
        self.state, self.name, self.waiting_for = (
            PartnershipState.PURGING,
            name,
            waiting_for,
        )
        self.choose(None, None)

    def confirm_purge(self, service: str, now: datetime) -> None:
        """A service has deleted everything; the last one ends it."""
        self.waiting_for = [one for one in self.waiting_for if one != service]
        if self.state is PartnershipState.PURGING and not self.waiting_for:
            self.state, self.purged_at = PartnershipState.PURGED, now
            self.name = self.contact = self.mobile = ""


def is_locked(now: datetime, of: Any = Partnership) -> ColumnElement[bool]:
    """The condition that a partner has not paid, to the second."""
    is_over = (
        and_(of.state == state, ends_at <= now)
        for state, ends_at in (
            (PartnershipState.TRIAL, of.trial_ends_at),
            (PartnershipState.PAID, of.paid_until),
        )
    )
    return or_(of.state == PartnershipState.LOCKED, *is_over)
