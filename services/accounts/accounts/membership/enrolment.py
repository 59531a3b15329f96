"""Enrolment: a new customer with its place in the tree and its login, or nothing."""

from dataclasses import dataclass, field
from uuid import UUID

from accounts.customers.models import Customer
from accounts.customers.operations import UNIQUE
from accounts.customers.settings import apply_settings
from accounts.dependencies import Dependencies
from accounts.logins.naming import business_of, is_taken, service_id_of
from accounts.logins.operations import add_login
from accounts.logins.passwords import generate_password
from accounts.logins.usernames import generate_username
from accounts.packages.limits import (
    count_customers,
    refuse_beyond_company,
    refuse_beyond_limit,
)
from accounts.sellers.limits import count_own_customers, refuse_beyond_plan
from accounts.tree.models import Account
from accounts.tree.operations import lock_account
from accounts.unique_violations import refused_as
from accounts.users.models import User
from accounts.users.operations import public_url_of
from lineup.context import Role
from lineup.contracts.accounts.customers import CustomerSettings, Person
from lineup.contracts.accounts.partner_packages import Limit
from lineup.contracts.accounts.tree import AccountKind, LoginDetails
from lineup.contracts.accounts.users import CredentialsIssued
from lineup.database import UnitOfWork


@dataclass(frozen=True)
class Enrolled:
    """A new customer, its place in the tree, and its login as it may be told."""

    customer: Customer
    account: Account
    login: LoginDetails


@dataclass(frozen=True, kw_only=True)
class Application:
    """Who wants to be a customer, with everything that was checked."""

    person: Person
    login: LoginDetails
    settings: CustomerSettings = field(default_factory=CustomerSettings)
    pin: str = ""


def enrol(
    work: UnitOfWork,
    dependencies: Dependencies,
    parent: Account,
    application: Application,
) -> Enrolled:
    """Make a customer below `parent` with a login, announced.

    PackageLimit where the partner, LimitReached where the seller has as many as it may.
    """
    person, login = application.person, application.login
    settings = application.settings
    account, customer = place(work, parent, person, login.username, settings)
    customer.pin = dependencies.keyring.seal(application.pin) if application.pin else ""
    with refused_as(*UNIQUE, "uq_logins_username"):
        work.session.add(account)
        work.session.flush()
        work.session.add(customer)
        add_login(work, dependencies, account, Role.CUSTOMER, login)
    work.announce(customer.state())
    return Enrolled(customer, account, login)


def place(
    work: UnitOfWork,
    parent: Account,
    person: Person,
    username: str,
    settings: CustomerSettings,
) -> tuple[Account, Customer]:
    """A new customer and its place below `parent`, of which nothing is stored yet.

    PackageLimit and LimitReached as above.
    """
    refuse_beyond_limit(work, parent.partner_id, Limit.CUSTOMERS, count_customers)
    refuse_beyond_company(work, parent.id, Limit.CUSTOMERS, count_customers)
    refuse_beyond_plan(work, parent.id, "customers", count_own_customers)
    lock_account(work, parent)
    name = f"{person.first_name} {person.last_name}".strip()
    account = parent.child(AccountKind.CUSTOMER, name, work.now)
    account.username, account.email = username, person.email
    customer = Customer.at(account, person, username)
    apply_settings(customer, account, settings)
    return account, customer


def generated_login(work: UnitOfWork, person: Person, parent: Account) -> LoginDetails:
    """A free login name after the mail address or name, and a password by chance."""
    hint = person.email or f"{person.first_name}.{person.last_name}"
    business_id = business_of(work, parent)
    username = generate_username(hint, lambda name: is_taken(work, name, business_id))
    return LoginDetails(username=username, password=generate_password())


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One credentials message: its id and version say which it is, for once only."""

    id: UUID
    version: int
    customer: Customer
    users: list[User]
    password: str | None
    """The login's password if the customer cannot know it yet."""


def issue_credentials(
    work: UnitOfWork, dependencies: Dependencies, issue: Issue
) -> None:
    """Announce credentials, sealed, to be told in one message."""
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
            password=None if password is None else dependencies.keyring.seal(password),
            public_url=public_url_of(work, dependencies, customer.partner_id),
            users=[user.credentials() for user in issue.users],
            service_id=service_id_of(work, customer.partner_id),
        )
    )
