"""WS-09, NO-28: from a shop's order to mails, through the real accounts and log.

What accounts writes to its outbox is given to notifications as the bus would, each
event more than once and in any order.
"""

from functools import partial

import msgspec
import pytest
from sqlalchemy import select

from accounts.dependencies import Dependencies
from accounts.logins.passwords import hash_password
from accounts.orders.operations import fill_seats
from accounts.sellers.operations import create_account, create_operator
from lineup.context import SYSTEM, Context, Event
from lineup.contracts.accounts.tree import AccountKind, CreateAccount, LoginDetails
from lineup.contracts.accounts.users import CredentialsIssued
from lineup.contracts.billing.orders import Buyer, OrderAccepted, Seat
from lineup.database import Database, connect
from lineup.database.records import OUTBOX
from lineup.events import Envelope, envelope
from lineup.ids import new_id
from lineup.secrets import Keyring, make_key
from notifications.announcements.operations import queue_credentials
from notifications.deliveries.models import Delivery

KEYRING = Keyring([make_key()])
DEPENDENCIES = Dependencies(
    keyring=KEYRING, hash_password=hash_password, public_url="https://tv"
)
NORTH = CreateAccount(
    kind=AccountKind.PARTNER,
    name="North",
    login=LoginDetails(username="north", password="correct horse battery"),
    currency="EUR",
    time_zone="UTC",
)


@pytest.fixture
def a_database(fresh_database, clock):
    engines = []

    def of(service):
        engines.append(connect(fresh_database(service), pool_size=2))
        return Database(engines[-1], clock)

    yield of
    for engine in engines:
        engine.dispose()


@pytest.fixture
def accounts(a_database):
    return a_database("accounts")


@pytest.fixture
def log(a_database):
    return a_database("notifications")


@pytest.fixture
def partner(accounts):
    with accounts.transaction() as work:
        login = LoginDetails(username="root", password="correct horse battery")
        create_operator(work, login, dependencies=DEPENDENCIES)
    with accounts.transaction(Context(actor=SYSTEM)) as work:
        return create_account(work, NORTH, dependencies=DEPENDENCIES)


def event_of(wrapped, state):
    return Event(
        id=wrapped.id,
        type=wrapped.type,
        occurred_at=wrapped.occurred_at,
        state=state,
        consumer="test",
        context=Context(),
    )


@pytest.fixture
def accept(accounts, clock):
    def accept(order):
        wrapped = envelope(order, clock.now(), Context(actor=SYSTEM))
        fill = partial(fill_seats, dependencies=DEPENDENCIES)
        accounts.handle_event_once(event_of(wrapped, order), fill)

    return accept


@pytest.fixture
def deliver(accounts, log):
    """Give notifications all credentials that accounts ever announced."""

    def deliver():
        wanted = select(OUTBOX.c.envelope).where(OUTBOX.c.type == "credentials_issued")
        with accounts.engine.connect() as connection:
            rows = connection.execute(wanted.order_by(OUTBOX.c.seq)).scalars().all()
        for row in rows:
            wrapped = msgspec.convert(row, Envelope)
            state = msgspec.convert(wrapped.state, CredentialsIssued)
            handler = partial(queue_credentials, keyring=KEYRING)
            log.handle_events_once([event_of(wrapped, state)], handler)

    return deliver


@pytest.fixture
def bodies(log):
    def bodies():
        with log.transaction() as work:
            found = work.session.scalars(select(Delivery).order_by(Delivery.id))
            return [KEYRING.open(each.sealed_body) for each in found]

    return bodies


@pytest.fixture
def an_order(partner):
    order_id = new_id()

    def an_order(*names, version):
        return OrderAccepted(
            id=order_id,
            version=version,
            partner_id=partner.id,
            scope=partner.scope,
            buyer=Buyer(first_name="Ana", last_name="Ruiz", email="ana@example.org"),
            seats=[
                seats.setdefault(name, Seat(id=new_id(), name=name)) for name in names
            ],
        )

    seats = {}
    return an_order


def test_a_user_that_an_order_gets_later_is_told_and_nobody_twice(
    accept, an_order, deliver, bodies
):
    accept(an_order("Family", version=1))
    deliver()
    for _ in range(2):
        accept(an_order("Family", "Sport", version=2))
        deliver()
    accept(an_order("Family", "Sport", "Kids", version=3))
    accept(an_order("Family", "Sport", "Kids", version=4))
    for _ in range(3):
        deliver()

    mails = bodies()
    assert len(mails) == 3
    for body, name in zip(mails, ("Family", "Sport", "Kids"), strict=True):
        assert [n for n in ("Family", "Sport", "Kids") if f"\n{n}\n" in body] == [name]
        assert body.count(".m3u8") == 1


def test_all_at_once_after_an_absence_is_the_same(accept, an_order, deliver, bodies):
    accept(an_order("Family", version=1))
    accept(an_order("Family", "Sport", version=2))
    deliver()
    deliver()

    assert [body.count(".m3u8") for body in bodies()] == [1, 1]
