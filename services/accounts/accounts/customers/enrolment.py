"""Enrolment: a new customer with its place in the tree and its login, or nothing."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from accounts.customers.models import Customer, email_key
from accounts.logins.operations import add_login, is_taken
from accounts.logins.passwords import generate
from accounts.logins.usernames import generate_username
from accounts.means import Means
from accounts.taken import refused_as
from accounts.tree.models import Account
from accounts.users.models import User
from accounts.users.operations import public_url_of
from lineup.context import Role
from lineup.contracts.accounts import (
    AccountKind,
    CredentialsIssued,
    LoginDetails,
    Person,
    Status,
)
from lineup.database import Work


@dataclass(frozen=True)
class Enrolled:
    """A new customer, its place in the tree, and its login as it may be told."""

    customer: Customer
    account: Account
    login: LoginDetails


def enrol(
    work: Work, means: Means, parent: Account, person: Person, login: LoginDetails
) -> Enrolled:
    """Make a customer below `parent` with a login, announced (CU-02)."""
    name = f"{person.first_name} {person.last_name}".strip()
    account = parent.child(AccountKind.CUSTOMER, name, work.now)
    customer = Customer.at(account, person, login.username)
    with refused_as("uq_customers_partner_id_email_key", "uq_logins_username"):
        work.session.add(account)
        work.session.flush()
        work.session.add(customer)
        add_login(work, means, account, Role.CUSTOMER, login)
    work.announce(customer.state())
    return Enrolled(customer, account, login)


def generated_login(work: Work, person: Person) -> LoginDetails:
    """A free login name after the mail address or name, and a password by chance."""
    hint = person.email or f"{person.first_name}.{person.last_name}"
    username = generate_username(hint, lambda name: is_taken(work, name))
    return LoginDetails(username=username, password=generate())


def find_by_email(work: Work, partner_id: UUID, email: str) -> Customer | None:
    """A partner's customer by mail address, compared without case (CU-04).

    Until the transaction ends nobody else may enrol one with this address: two
    orders of one new buyer make one customer.
    """
    key = email_key(email)
    if not key:
        return None
    lock = func.hashtextextended(f"{partner_id}:{key}", 0)
    work.session.execute(select(func.pg_advisory_xact_lock(lock)))
    return work.session.scalar(
        select(Customer).where(
            Customer.partner_id == partner_id,
            Customer.email_key == key,
            Customer.status != Status.DELETED,
        )
    )


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One credentials message: its id and version say which it is, for once only."""

    id: UUID
    version: int
    customer: Customer
    users: list[User]
    password: str | None
    """The login's password if the customer cannot know it yet."""


def issue_credentials(work: Work, means: Means, issue: Issue) -> None:
    """Announce credentials, sealed, to be told in one message (WS-09, NO-28)."""
    customer, password = issue.customer, issue.password
    work.announce(
        CredentialsIssued(
            id=issue.id,
            version=issue.version,
            partner_id=customer.partner_id,
            scope=customer.scope,
            customer_id=customer.id,
            first_name=customer.first_name,
            last_name=customer.last_name,
            email=customer.email,
            username=customer.username,
            password=None if password is None else means.keyring.seal(password),
            public_url=public_url_of(work, means, customer.partner_id),
            users=[user.credentials() for user in issue.users],
        )
    )
