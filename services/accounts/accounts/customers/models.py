"""Customers: who pays. A customer is a leaf of the tree with a person's data."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.records import Record
from accounts.tree.models import PATH, Account
from lineup.contracts.accounts import CustomerChanged, CustomerView, Person, Status


class Customer(Record):
    """One customer; its id and `scope` are those of its account in the tree.

    `email_key` compares mail addresses without case (CU-04); `search` holds in lower
    case all that a search looks through. Both follow the person.
    """

    __tablename__ = "customers"
    __table_args__ = (
        Index(
            "uq_customers_partner_id_email_key",
            "partner_id",
            "email_key",
            unique=True,
            postgresql_where=text("email_key <> '' AND status <> 'deleted'"),
        ),
        Index("ix_customers_partner_id_id", "partner_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    partner_id: Mapped[UUID]
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
    search: Mapped[str]
    status: Mapped[Status]
    version: Mapped[int]
    created_at: Mapped[datetime]

    @classmethod
    def at(cls, account: Account, person: Person, username: str) -> "Customer":
        """The customer at a new leaf of the tree."""
        customer = cls(
            id=account.id,
            partner_id=account.partner_id,
            scope=account.scope,
            username=username,
            status=Status.ACTIVE,
            version=0,
            created_at=account.created_at,
        )
        customer.take(person)
        return customer

    def take(self, person: Person) -> None:
        """Be this person from now on."""
        for name, value in asdict(person).items():
            setattr(self, name, value)
        self.email_key = email_key(person.email)
        parts = (person.first_name, person.last_name, person.email, self.username)
        self.search = " ".join(parts).lower()
        self.version += 1

    def delete(self) -> None:
        """Be a customer no more; the row stays, so that copies hear of it again."""
        self.status = Status.DELETED
        self.version += 1

    def person(self) -> Person:
        """Who it is."""
        return Person(
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            phone=self.phone,
            mobile=self.mobile,
            address=self.address,
            city=self.city,
            country=self.country,
        )

    def view(self, user_count: int) -> CustomerView:
        """The customer as its seers see it."""
        return CustomerView(
            id=self.id,
            partner_id=self.partner_id,
            scope=self.scope,
            person=self.person(),
            username=self.username,
            status=self.status,
            user_count=user_count,
            created_at=self.created_at,
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
            mobile=self.mobile,
            status=self.status,
        )


def email_key(email: str) -> str:
    """How a mail address is compared: without case."""
    return email.strip().lower()
