"""Customers: who pays. A customer is a leaf of the tree with a person's data."""

from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from accounts.customers.status import NEVER
from accounts.records import Record
from accounts.search_text import phone_words, searchable
from accounts.tree.models import PATH, Account
from lineup.contracts.accounts.customers import (
    BalanceSettlement,
    CustomerChanged,
    CustomerSettings,
    Person,
    PersonDetails,
)
from lineup.contracts.accounts.erasure import number_of
from lineup.contracts.accounts.refusals import OwnCustomer
from lineup.contracts.accounts.tree import Status
from lineup.database import Timestamped
from lineup.secrets import Sealed

NEVER_TEXT = text("'1970-01-01 00:00:00+00'")
SORTED = ("name_key", "city", "username", "ends_at")


@dataclass(frozen=True, kw_only=True)
class UserSummary:
    """What a customer's row keeps of its users, so that lists need no join."""

    user_count: int = 0
    words: str = ""
    paid_until: datetime = NEVER
    trial_until: datetime = NEVER
    is_stopped: bool = False
    product_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """Who deletes customers, why, and what becomes of their money."""

    settlement: BalanceSettlement
    reason: str
    by: str


class Group(Timestamped, Record):
    """A company's own group of customers; `scope` is the company's path."""

    __tablename__ = "customer_groups"
    __table_args__ = (
        Index("uq_customer_groups_name", "account_id", "name_key", unique=True),
        Index("ix_customer_groups_name_key_id", "name_key", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    scope: Mapped[str] = mapped_column(PATH, index=True)
    name: Mapped[str]
    name_key: Mapped[str]
    created_at: Mapped[datetime]

    def rename(self, name: str) -> None:
        """Bear another name; names are compared without case."""
        self.name = name
        self.name_key = name.lower()


def _sorted(column: str) -> list[Index]:
    """What gives a partner's customers, and all, in the order of a column."""
    return [
        Index(f"ix_customers_partner_id_by_{column}", "partner_id", column, "id"),
        Index(f"ix_customers_by_{column}", column, "id"),
    ]


class Customer(Timestamped, Record):
    """One customer; its id and `scope` are those of its account in the tree.

    `email_key` compares mail addresses without case; `search` holds in lower
    case all that a search looks through. What is kept of users, devices and their
    subscriptions follows them, in the same transaction.
    """

    __tablename__ = "customers"
    __table_args__ = (
        Index(
            "uq_customers_partner_id_email_key",
            "partner_id",
            "email_key",
            unique=True,
            postgresql_where=text(
                "email_key <> '' AND status <> 'deleted' AND status <> 'trashed'"
            ),
        ),
        Index(
            "uq_customers_external_id",
            "partner_id",
            "external_id",
            unique=True,
            postgresql_where=text(
                "external_id <> '' AND status <> 'deleted' AND status <> 'trashed'"
            ),
        ),
        Index(
            "uq_customers_own",
            "seller_id",
            unique=True,
            postgresql_where=text("is_own AND status <> 'deleted'"),
        ),
        Index("ix_customers_partner_id_id", "partner_id", "id"),
        Index("ix_customers_seller_id_id", "seller_id", "id"),
        Index("ix_customers_group_id_id", "group_id", "id"),
        Index("ix_customers_trial_until", "trial_until"),
        Index("ix_customers_product_ids", "product_ids", postgresql_using="gin"),
        Index(
            "ix_customers_trashed_at",
            "trashed_at",
            "id",
            postgresql_where=text("trashed_at IS NOT NULL"),
        ),
        Index(
            "ix_customers_disabled",
            "partner_id",
            "id",
            postgresql_where=text("status = 'inactive'"),
        ),
        Index(
            "ix_customers_partner_id_by_updated_at", "partner_id", "updated_at", "id"
        ),
        *chain.from_iterable(map(_sorted, SORTED)),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    partner_id: Mapped[UUID]
    seller_id: Mapped[UUID | None]
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer_groups.id"))
    scope: Mapped[str] = mapped_column(PATH, index=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    mobile: Mapped[str]
    address: Mapped[str]
    city: Mapped[str]
    country: Mapped[str]
    username: Mapped[str]
    email_key: Mapped[str]
    name_key: Mapped[str] = mapped_column(server_default="")
    search: Mapped[str]
    user_words: Mapped[str] = mapped_column(server_default="")
    device_words: Mapped[str] = mapped_column(server_default="")
    user_count: Mapped[int] = mapped_column(server_default=text("0"))
    paid_until: Mapped[datetime] = mapped_column(server_default=NEVER_TEXT)
    trial_until: Mapped[datetime] = mapped_column(server_default=NEVER_TEXT)
    ends_at: Mapped[datetime] = mapped_column(server_default=NEVER_TEXT)
    is_stopped: Mapped[bool] = mapped_column(server_default=text("false"))
    product_ids: Mapped[list[Any]] = mapped_column(
        ARRAY(Uuid()), server_default=text("'{}'")
    )
    pin: Mapped[Sealed] = mapped_column(server_default="")
    inactivity_seconds: Mapped[int] = mapped_column(server_default=text("0"))
    takes_messages: Mapped[bool] = mapped_column(server_default=text("true"))
    takes_ads: Mapped[bool] = mapped_column(server_default=text("false"))
    is_tester: Mapped[bool] = mapped_column(server_default=text("false"))
    shows_adult: Mapped[bool] = mapped_column(server_default=text("true"))
    external_id: Mapped[str] = mapped_column(server_default="")
    is_own: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether it stands for its seller or partner itself, whose logins manage it."""
    time_zone: Mapped[str] = mapped_column(server_default="")
    settlement: Mapped[str | None]
    deletion_reason: Mapped[str] = mapped_column(server_default="")
    deleted_by: Mapped[str] = mapped_column(server_default="")
    status: Mapped[Status]
    trashed_from: Mapped[Status | None]
    """Its status before it was trashed, which it has again when restored."""
    trashed_at: Mapped[datetime | None]
    version: Mapped[int]
    created_at: Mapped[datetime]

    @classmethod
    def at(cls, account: Account, person: Person, username: str) -> "Customer":
        """The customer at a new leaf of the tree."""
        customer = cls(
            id=account.id,
            partner_id=account.partner_id,
            seller_id=account.parent_id,
            scope=account.scope,
            username=username,
            user_words="",
            device_words="",
            pin="",
            time_zone="",
            shows_adult=False,
            external_id="",
            settlement=None,
            deletion_reason="",
            deleted_by="",
            status=Status.ACTIVE,
            version=0,
            created_at=account.created_at,
        )
        customer.change_person(person)
        customer.apply_user_summary(UserSummary())
        return customer

    def change_person(self, person: Person) -> None:
        """Be this person from now on."""
        for name, value in asdict(person).items():
            setattr(self, name, value)
        self.email_key = email_key(person.email)
        self.name_key = f"{person.last_name} {person.first_name}".lower()
        self.version += 1
        self._index()

    def apply_settings(self, settings: CustomerSettings) -> None:
        """Go by these settings."""
        self.group_id = settings.group_id
        self.inactivity_seconds = settings.inactivity_seconds
        self.takes_messages = settings.takes_messages
        self.takes_ads = settings.takes_ads
        self.is_tester = settings.is_tester
        self.shows_adult = settings.shows_adult
        self.external_id = settings.external_id
        self._index()
        self.time_zone = settings.time_zone

    def apply_user_summary(self, summary: UserSummary) -> None:
        """Keep what its users and their subscriptions now are."""
        self.user_count, self.user_words = summary.user_count, summary.words
        self.paid_until, self.trial_until = summary.paid_until, summary.trial_until
        self.ends_at = max(summary.paid_until, summary.trial_until)
        self.is_stopped = summary.is_stopped
        self.product_ids = list(summary.product_ids)
        self._index()

    def set_device_words(self, words: str) -> None:
        """Be found by its devices' MACs."""
        self.device_words = words
        self._index()

    def _index(self) -> None:
        names = (
            *(self.first_name, self.last_name, self.email, self.username),
            self.external_id,
        )
        numbers = phone_words(self.phone, self.mobile)
        follow = (self.user_words, self.device_words)
        self.search = searchable([*names, *numbers, *follow])

    def set_status(self, status: Status) -> None:
        """Be in use, switched off, or deleted: then the row stays for the copies."""
        self.status = status
        self.trashed_from, self.trashed_at = None, None
        self.version += 1

    def trash(self, deletion: Deletion, now: datetime) -> None:
        """Be gone by somebody's wish, but kept as it is for a while."""
        self._note(deletion)
        before = self.status
        self.set_status(Status.TRASHED)
        self.trashed_from, self.trashed_at = before, now

    def restore(self) -> None:
        """Be again as it was before it was trashed."""
        self.settlement, self.deletion_reason, self.deleted_by = None, "", ""
        self.set_status(self.trashed_from or Status.ACTIVE)

    def delete(self, deletion: Deletion) -> None:
        """Be deleted by somebody; what becomes of its money is told with it."""
        self._note(deletion)
        self.set_status(Status.DELETED)

    def erase(self) -> None:
        """Be nothing but a number; why, and what of its money, is still told."""
        nobody = Person(first_name="", last_name=number_of(self.id), email="")
        self.username, self.pin = "", ""
        self.change_person(nobody)
        self.apply_settings(CustomerSettings(takes_messages=False))

    @property
    def deletion(self) -> Deletion:
        """Who trashed it, why, and what shall become of its money."""
        return Deletion(
            settlement=BalanceSettlement(self.settlement or BalanceSettlement.PAY_OUT),
            reason=self.deletion_reason,
            by=self.deleted_by,
        )

    def _note(self, deletion: Deletion) -> None:
        self.settlement = deletion.settlement
        self.deletion_reason, self.deleted_by = deletion.reason, deletion.by

    def move(self, place: Account) -> None:
        """Lie where its account now lies."""
        self.scope = place.scope
        self.seller_id = place.parent_id
        self.version += 1

    def refuse_own(self) -> None:
        """OwnCustomer where it stands for an account, with which it stays."""
        if self.is_own:
            raise OwnCustomer

    def leave_group(self) -> None:
        """Be in no group: that of another company is none for it."""
        self.group_id = None

    def person(self) -> PersonDetails:
        """Who it is."""
        return PersonDetails(
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            phone=self.phone,
            mobile=self.mobile,
            address=self.address,
            city=self.city,
            country=self.country,
        )

    def settings(self) -> CustomerSettings:
        """What is kept of it beside the person."""
        return CustomerSettings(
            group_id=self.group_id,
            inactivity_seconds=self.inactivity_seconds,
            time_zone=self.time_zone,
            takes_messages=self.takes_messages,
            takes_ads=self.takes_ads,
            is_tester=self.is_tester,
            shows_adult=self.shows_adult,
            external_id=self.external_id,
        )

    def state(self) -> CustomerChanged:
        """The customer as it is announced."""
        return CustomerChanged(
            id=self.id,
            version=self.version,
            partner_id=self.partner_id,
            scope=self.scope,
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            phone=self.phone,
            mobile=self.mobile,
            address=self.address,
            city=self.city,
            country=self.country,
            username=self.username,
            group_id=self.group_id,
            takes_messages=self.takes_messages,
            takes_ads=self.takes_ads,
            shows_adult=self.shows_adult,
            time_zone=self.time_zone,
            status=self.status,
            settlement=BalanceSettlement(self.settlement) if self.settlement else None,
            deletion_reason=self.deletion_reason,
            deleted_by=self.deleted_by,
        )


def email_key(email: str) -> str:
    """How a mail address is compared: without case."""
    return email.strip().lower()
