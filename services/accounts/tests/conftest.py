"""The people of most tests, on a real database."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from accounts.dependencies import Dependencies
from accounts.logins.passwords import hash_password, is_right
from accounts.logins.sign_in import sign_in
from accounts.membership.operations import create_customer
from accounts.sellers.operations import create_account, create_operator, create_staff
from accounts.tree.models import Account
from lineup.clock import SetClock
from lineup.context import NOBODY, SYSTEM, Actor, Call, Context, Event, Role
from lineup.contracts.accounts.customers import Person
from lineup.contracts.accounts.logins import CreateStaff
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.sessions import SignIn
from lineup.contracts.accounts.tree import AccountKind, CreateAccount, LoginDetails
from lineup.contracts.billing.subscriptions import (
    SubscriptionChanged,
    SubscriptionState,
)
from lineup.database import Database, connect
from lineup.database.records import OUTBOX
from lineup.events import envelope
from lineup.ids import new_id
from lineup.secrets import Keyring, make_key

PASSWORD = "correct horse battery"
KEYRING = Keyring([make_key()])


@pytest.fixture
def engine(fresh_database):
    engine = connect(fresh_database("accounts"), pool_size=8)
    yield engine
    engine.dispose()


@pytest.fixture
def database(engine, clock: SetClock):
    return Database(engine, clock)


@pytest.fixture
def dependencies():
    return Dependencies(
        keyring=KEYRING,
        hash_password=hash_password,
        public_url="https://lineup.example",
    )


@pytest.fixture
def ask(database):
    """`ask(actor, operation, request, dependencies=...)` runs it in a transaction."""

    def ask(actor, operation, request, **dependencies):
        with database.transaction(Context(actor=actor)) as work:
            return operation(work, request, **dependencies)

    return ask


@pytest.fixture
def announced(engine):
    """`announced("user_changed")` lists the states in the outbox, oldest first."""

    def announced(event_type):
        statement = select(OUTBOX.c.envelope).where(OUTBOX.c.type == event_type)
        with engine.connect() as connection:
            rows = connection.execute(statement.order_by(OUTBOX.c.seq)).scalars()
            return [SimpleNamespace(**row["state"]) for row in rows]

    return announced


@pytest.fixture
def tree(database, ask, dependencies):
    """An operator, two partners, two sellers of the first, as actors by name."""
    with database.transaction() as work:
        login = LoginDetails(username="root", password=PASSWORD)
        create_operator(work, login, dependencies=dependencies)
    operator = Actor(role=Role.OPERATOR, scopes=("/",), name="root")

    def account(actor, kind, name):
        view = ask(
            actor, create_account, an_account(kind, name), dependencies=dependencies
        )
        return actor_at(view, Role(kind.value))

    partner = account(operator, AccountKind.PARTNER, "north")
    return SimpleNamespace(
        operator=operator,
        partner=partner,
        neighbour=account(operator, AccountKind.PARTNER, "south"),
        reseller=account(partner, AccountKind.RESELLER, "shop"),
        dealer=account(partner, AccountKind.DEALER, "stall"),
    )


@pytest.fixture
def support(database, ask, tree, dependencies):
    """Support that has signed in."""
    with database.transaction() as work:
        root = work.session.query(Account).filter_by(scope="/").one()
    ask(
        Actor(role=Role.OPERATOR, scopes=("/",), account_id=root.id),
        create_staff,
        CreateStaff(
            account_id=root.id,
            role=Role.SUPPORT,
            login=LoginDetails(username="sue", password=PASSWORD),
        ),
        dependencies=dependencies,
    )
    request = SignIn(username="sue", password=PASSWORD)
    asked = call(request, NOBODY)
    return sign_in(database, asked, is_right=is_right, keyring=KEYRING).actor


@pytest.fixture
def make_customer(ask, tree, dependencies):
    """`make_customer(actor, user_name="Kids", email=...)` makes one and shows it."""

    def make(actor=None, *, login=None, user_name="", send_credentials=True, **person):
        request = CreateCustomer(
            person=a_person(**person),
            login=login,
            user_name=user_name,
            send_credentials=send_credentials,
        )
        return ask(
            actor or tree.partner, create_customer, request, dependencies=dependencies
        )

    return make


def an_account(kind, name, **details):
    login = LoginDetails(username=name, password=PASSWORD)
    values = {"login": login, "currency": "EUR", "time_zone": "UTC"} | details
    return CreateAccount(**({"kind": kind, "name": name} | values))


def a_person(**details):
    return Person(
        **({"first_name": "Anna", "last_name": "Berg", "email": ""} | details)
    )


def actor_at(view, role):
    return Actor(
        role=role,
        scopes=(view.scope,),
        account_id=view.id,
        partner_id=view.partner_id,
        login_id=new_id(),
        name=str(role),
    )


def call(request, actor=SYSTEM, key=None):
    context = Context(actor=actor, idempotency_key=key)
    return Call(name="test", request=request, context=context)


def an_event(state, clock):
    wrapped = envelope(state, clock.now(), Context(actor=SYSTEM))
    return Event(
        id=wrapped.id,
        type=wrapped.type,
        occurred_at=wrapped.occurred_at,
        state=state,
        consumer="test",
        context=Context(actor=SYSTEM),
    )


def codes_of(refusal):
    """Which codes a refusal tells by field."""
    return refusal.value.details["codes"]


def a_subscription(user, clock, **facts):
    """What billing announces of a subscription of a user, running for 30 days."""
    values = {
        "id": new_id(),
        "version": 1,
        "user_id": user.id,
        "customer_id": user.customer_id,
        "partner_id": user.partner_id,
        "scope": user.scope,
        "product_id": new_id(),
        "product_name": "Family",
        "package_ids": [],
        "devices": 2,
        "addresses": 1,
        "is_trial": False,
        "state": SubscriptionState.RUNNING,
        "started_at": clock.now(),
        "ends_at": clock.now() + timedelta(days=30),
        "renews": False,
    }
    return SubscriptionChanged(**(values | facts))
