"""Orders of a shop through billing and accounts together: who is served, who is listed.

Both services run their own operations on their own databases; each event that one
announces is handed to the other, as the bus does. Each test has a partner of its own.
"""

from functools import partial

import msgspec
import pytest
from sqlalchemy import func, select

from accounts.dependencies import Dependencies
from accounts.devices.operations import list_devices
from accounts.logins.passwords import hash_password
from accounts.membership.operations import switch_customer
from accounts.membership.trash import delete_customer
from accounts.orders.operations import fill_seats as find_users
from accounts.orders.operations import hold_back
from accounts.sellers.operations import create_account
from accounts.users.models import User
from billing.people.operations import upsert_accounts
from billing.subscriptions.operations import follow_customers, follow_users
from billing.webshops.operations.connections import update_shop
from billing.webshops.operations.fulfilment import fill_seats
from lineup.clock import SetClock
from lineup.context import SYSTEM, Actor, Context, Role
from lineup.contracts.accounts.customers import (
    CustomerChanged,
    DeleteCustomer,
    SwitchCustomer,
)
from lineup.contracts.accounts.devices import ListDevices
from lineup.contracts.accounts.orders import SeatsFilled
from lineup.contracts.accounts.tree import (
    AccountChanged,
    AccountKind,
    CreateAccount,
    LoginDetails,
    Status,
)
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.orders import OrderAccepted, UsersHeldBack
from lineup.contracts.billing.shops import UpdateShop
from lineup.database import Database, connect
from lineup.database.records import OUTBOX
from lineup.ids import new_id
from lineup.secrets import Keyring, make_key

from .conftest import NOON, Desk, woo, woo_line

PAID_AT = "2026-03-02T12:00:00"
GOLD = "GOLD-1M"


def one_of(operation):
    """What takes many states at once, for one."""

    def take(work, state):
        return operation(work, [state])

    return take


def _last_of(database):
    """The newest event that a service announced."""
    with database.transaction() as work:
        return work.session.scalar(select(func.max(OUTBOX.c.seq))) or 0


class Platform:
    """Accounts and billing of one partner with a WooCommerce shop."""

    def __init__(self, accounts_database, billing_database):
        self.accounts, clock = accounts_database, billing_database.clock
        keyring = Keyring([make_key()])
        self.dependencies = Dependencies(
            keyring=keyring,
            hash_password=hash_password,
            public_url="https://lineup.example",
        )
        self.handed = {
            database: _last_of(database)
            for database in (accounts_database, billing_database)
        }
        owner = self._partner()
        self.desk = Desk(billing_database, keyring, clock, owner)
        self.hand_over()
        self.desk.connect()
        self.desk.plan(GOLD, "10.00 EUR")

    def _partner(self):
        name = f"north-{new_id().hex[-8:]}"
        login = LoginDetails(username=name, password="correct horse bat")
        request = CreateAccount(
            kind=AccountKind.PARTNER,
            name="North",
            login=login,
            currency="EUR",
            time_zone="UTC",
        )
        operator = Actor(role=Role.OPERATOR, scopes=("/",), name="root")
        view = self.ask(
            create_account, request, operator, dependencies=self.dependencies
        )
        return Actor(
            role=Role.PARTNER, scopes=(view.scope,), partner_id=view.id, name="owner"
        )

    def ask(self, operation, request, actor=None, **given):
        actor = actor or self.desk.owner
        with self.accounts.transaction(Context(actor=actor)) as work:
            return operation(work, request, **given)

    def hand_over(self):
        """Hand every event to who listens, until there are none."""
        while self._hand_over_from(self.accounts) + self._hand_over_from(
            self.desk.database
        ):
            pass

    def _hand_over_from(self, database):
        with database.transaction() as work:
            statement = select(OUTBOX).where(OUTBOX.c.seq > self.handed[database])
            rows = work.session.execute(statement.order_by(OUTBOX.c.seq)).all()
        for row in rows:
            self.handed[database] = row.seq
            for listener, kind, operation in self.listeners(row.type):
                state = msgspec.convert(row.envelope["state"], kind)
                event = self.desk.event(state, operation.__class__.__name__)
                listener.handle_event_once(event, operation)
        return len(rows)

    def listeners(self, event_type):
        desk = self.desk.database
        known = {
            "account_changed": (desk, AccountChanged, one_of(upsert_accounts)),
            "customer_changed": (desk, CustomerChanged, one_of(follow_customers)),
            "user_changed": (desk, UserChanged, one_of(follow_users)),
            "seats_filled": (desk, SeatsFilled, fill_seats),
            "order_accepted": (
                self.accounts,
                OrderAccepted,
                partial(find_users, dependencies=self.dependencies),
            ),
            "users_held_back": (
                self.accounts,
                UsersHeldBack,
                partial(hold_back, dependencies=self.dependencies),
            ),
        }
        return [known[event_type]] if event_type in known else []

    def deliver(self, body, topic=None):
        self.desk.deliver(body, topic)
        self.hand_over()

    def users(self):
        """Every user of the partner, oldest first."""
        mine = User.partner_id == self.desk.owner.partner_id
        with self.accounts.transaction(Context(actor=SYSTEM)) as work:
            users = select(User).where(mine).order_by(User.id)
            return work.session.scalars(users).all()

    def bought(self):
        """How many periods each user has, the older users first."""
        periods = self.desk.periods()
        owner = {one.id: one.user_id for one in self.desk.subscriptions()}
        mine = [owner[period.subscription_id] for period in periods]
        return [mine.count(user.id) for user in self.users()]

    def listed(self, number):
        """The codes of what is wrong with an order."""
        exceptions = self.desk.order(str(number)).exceptions
        return [text.partition(":")[0] for text in exceptions]

    def switch_off(self):
        (user,) = self.users()
        request = SwitchCustomer(customer_id=user.customer_id, is_active=False)
        self.ask(switch_customer, request, dependencies=self.dependencies)
        self.hand_over()


@pytest.fixture(scope="module")
def shared(databases):
    """The databases of accounts and billing, which all partners of this module share."""
    uris = [databases.fresh(name) for name in ("accounts", "billing")]
    engines = [connect(uri) for uri in uris]
    yield [Database(engine, SetClock(NOON)) for engine in engines]
    for engine, uri in zip(engines, uris, strict=True):
        engine.dispose()
        databases.give_back(uri)


@pytest.fixture
def platform(shared):
    """A partner of its own for each test, beside those of the others."""
    return Platform(*shared)


def order(number, *, line=None, **rest):
    """An order of Gold by Ana, who is customer 77 of the shop."""
    line = woo_line(GOLD, total="10.00", **(line or {}))
    return woo(line, id=number, number=str(number), **({"customer_id": 77} | rest))


def renewing(number, **rest):
    note = [{"key": "_subscription_renewal", "value": "5500"}]
    return order(number, meta_data=note, created_via="subscription", **rest)


def naming(number, value, key="iptv_username", **rest):
    return order(number, line={"meta_data": [{"key": key, "value": value}]}, **rest)


def somebody(email):
    return {"first_name": "Some", "last_name": "Body", "email": email}


BEN, NEW_MAIL = somebody("ben@example.org"), somebody("ana.new@example.org")
NAMED = {
    "in capitals and with a blank": lambda name: naming(2, f" {name.upper()} "),
    "under a label": lambda name: naming(2, name, key="IPTV Username"),
    "under a hidden key": lambda name: naming(2, name, key="_iptv_username"),
    "under a key of the check-out": lambda name: naming(
        2, name, key="_billing_iptv_username"
    ),
    "as a list": lambda name: naming(2, [name]),
    "by somebody else": lambda name: naming(2, name, billing=BEN, customer_id=78),
    "from a changed mail": lambda name: naming(2, name, billing=NEW_MAIL),
    "by a guest": lambda name: naming(2, name, customer_id=0),
    "by its subscription": lambda _: renewing(2),
    "by its subscription, as a guest": lambda _: renewing(2, customer_id=0),
    "by its subscription, from a changed mail": lambda _: renewing(2, billing=NEW_MAIL),
}
NOBODY = {
    "a typo": lambda name: naming(2, f"{name}x"),
    "two names": lambda name: naming(2, [name, "other"]),
    "a number": lambda _: naming(2, 4711),
    "what is no name": lambda _: naming(2, {"no": 1}),
}


@pytest.mark.feature("WS-12")
@pytest.mark.parametrize("made", NAMED.values(), ids=NAMED)
def test_the_user_is_renewed_and_nobody_new_is_made(platform, made):
    platform.deliver(order(1))
    [user] = platform.users()

    platform.deliver(made(user.username))

    assert platform.bought() == [2]
    assert platform.listed(2) == []


@pytest.mark.parametrize("made", NOBODY.values(), ids=NOBODY)
def test_a_name_of_nobody_is_an_exception_and_no_new_user(platform, made):
    platform.deliver(order(1))
    [user] = platform.users()

    platform.deliver(made(user.username))

    assert platform.bought() == [1]
    assert platform.listed(2) == ["unknown_user"]


def test_a_customer_who_is_switched_off_is_listed_and_runs_nothing_down(platform):
    platform.deliver(order(1))
    platform.switch_off()

    platform.deliver(order(2))

    assert platform.bought() == [1]
    assert platform.listed(2) == ["customer_off"]


def test_a_deleted_customer_who_buys_again_is_a_fresh_one(platform):
    platform.deliver(order(1))
    [user] = platform.users()
    platform.deliver(order(1, status="refunded", minute=2))
    request = DeleteCustomer(customer_id=user.customer_id)
    platform.ask(delete_customer, request, dependencies=platform.dependencies)
    platform.hand_over()

    platform.deliver(order(2))

    assert platform.listed(2) == []
    old, new = platform.users()
    assert old.customer_id != new.customer_id
    assert platform.bought() == [1, 1]


def test_the_device_of_the_check_out_is_the_users(platform):
    note = [{"key": "device_mac", "value": "001a79aabb34"}]
    platform.deliver(order(1, line={"meta_data": note}))

    [user] = platform.users()
    [device] = platform.ask(list_devices, ListDevices()).items
    assert (device.mac, device.user_id) == ("00:1A:79:AA:BB:34", user.id)


def test_a_disputed_order_switches_its_user_off_until_it_is_over(platform):
    desk = platform.desk
    request = UpdateShop(shop_id=desk.shop.id, suspends_disputed=True)
    desk.ask(update_shop, request)
    platform.deliver(order(1))

    platform.deliver(order(1, status="on-hold", date_paid_gmt=PAID_AT, minute=5))
    assert [user.status for user in platform.users()] == [Status.INACTIVE]
    assert platform.listed(1) == ["disputed"]

    platform.deliver(order(1, minute=9))
    assert [user.status for user in platform.users()] == [Status.ACTIVE]
    assert platform.listed(1) == []
