"""The running service, on the real bus, from outside."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
from sqlalchemy import select

from accounts.dependencies import Dependencies
from accounts.logins.passwords import hash_password
from accounts.sellers.operations import create_operator
from accounts.subscriptions.models import SubscriptionCopy
from lineup.clock import SystemClock
from lineup.context import Context, Role
from lineup.contracts.accounts.customers import (
    CustomerChanged,
    GetCustomer,
    ListCustomers,
)
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.orders import SeatsFilled
from lineup.contracts.accounts.sessions import (
    Identify,
    SessionEnded,
    SignIn,
    SignOut,
)
from lineup.contracts.accounts.tree import (
    AccountChanged,
    AccountKind,
    LoginDetails,
)
from lineup.contracts.accounts.users import (
    CredentialsIssued,
    DeleteUser,
    ListUsers,
    UserChanged,
)
from lineup.contracts.billing.orders import OrderAccepted
from lineup.database import Database, connect
from lineup.errors import Conflict, Forbidden, NotFound, Refusal, Unauthenticated
from lineup.ids import new_id
from lineup.rpc import Listener, RpcClient
from lineup.secrets import Keyring, make_key
from lineup.testing.ports import free_port

from .conftest import PASSWORD, a_person, a_subscription, an_account
from .test_orders import a_buyer, a_seat

PATIENCE = 90.0
KEY = make_key()
EVENTS = [
    AccountChanged,
    CustomerChanged,
    UserChanged,
    SeatsFilled,
    CredentialsIssued,
    SessionEnded,
]


class Heard:
    """What the service announced on the bus."""

    def __init__(self):
        self._states = []
        self._came = threading.Condition()

    def put(self, event):
        with self._came:
            self._states.append(event.state)
            self._came.notify_all()

    def next(self, kind, **facts):
        """Wait for a state of a kind with these facts, and take it out."""
        with self._came:
            self._came.wait_for(lambda: self.all(kind, **facts), PATIENCE)
            found = self.all(kind, **facts)
            assert found, f"no {kind.__name__} {facts} among {self._states}"
            self._states.remove(found[0])
        return found[0]

    def all(self, kind, **facts):
        """What was heard of a kind with these facts and not taken out."""
        return [
            state
            for state in self._states
            if isinstance(state, kind)
            and all(getattr(state, name) == fact for name, fact in facts.items())
        ]


@pytest.fixture(scope="module")
def place(databases, vhosts):
    database_uri, amqp_uri = databases.fresh("accounts"), vhosts.fresh()
    yield {
        "AMQP_URI": amqp_uri,
        "DATABASE_URI": database_uri,
        "LINEUP_SECRET_KEYS": KEY,
        "PROBE_PORT": str(free_port()),
        "PUBLIC_URL": "https://tv.example",
    }
    vhosts.drop(amqp_uri)


@pytest.fixture(scope="module")
def outside(place):
    """The service's database, to announce from outside and to fill."""
    engine = connect(place["DATABASE_URI"], pool_size=2)
    database = Database(engine, SystemClock())
    dependencies = Dependencies(
        keyring=Keyring([KEY]), hash_password=hash_password, public_url="https://x"
    )
    with database.transaction() as work:
        login = LoginDetails(username="root", password=PASSWORD)
        create_operator(work, login, dependencies=dependencies)
    yield database
    engine.dispose()


@pytest.fixture(scope="module")
def client(place, outside, tmp_path_factory):
    log = tmp_path_factory.mktemp("accounts") / "log"
    environment = {**place, "PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "lineup.bus.run", "accounts"],
            env=environment,
            stdout=out,
            stderr=out,
        )
    wait_for(lambda: answers(place["PROBE_PORT"], process, log), "readiness")
    rpc = RpcClient(place["AMQP_URI"])
    yield rpc
    rpc.close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    said = log.read_text()
    assert PASSWORD not in said
    assert "endpoint_failed" not in said, said


@pytest.fixture(scope="module")
def heard(place, client):
    heard = Heard()
    listener = Listener(place["AMQP_URI"], EVENTS, heard.put)
    listener.start()
    assert listener.wait_until_it_hears(PATIENCE)
    yield heard
    listener.close()


@pytest.fixture(scope="module")
def operator(client):
    return enter(client, "root", PASSWORD)


@pytest.fixture(scope="module")
def partner(client, operator, heard):
    client.ask(operator, an_account(AccountKind.PARTNER, "north"))
    return enter(client, "north", PASSWORD)


def enter(client, username, password):
    """A context of who signed in and was identified again."""
    request = SignIn(username=username, password=password)
    token = client.ask(Context(), request).token
    return Context(actor=client.ask(Context(), Identify(token=token)))


def answers(port, process, log):
    assert process.poll() is None, log.read_text()
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok
    except (requests.ConnectionError, requests.Timeout):
        return False


def wait_for(happened, what):
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, f"{what} did not come in {PATIENCE} s"
        time.sleep(0.05)


def test_from_sign_in_to_a_customer_with_a_playlist(client, partner, heard):
    login = LoginDetails(username="anna", password="1234")
    request = CreateCustomer(
        person=a_person(email="anna@example.com"), login=login, user_name="Kids"
    )
    made = client.ask(partner, request)

    announced = heard.next(UserChanged, customer_id=made.id)
    issued = heard.next(CredentialsIssued, customer_id=made.id)
    anna = enter(client, "anna", "1234")
    [user] = client.ask(anna, ListUsers()).items
    assert user.token == announced.token == issued.users[0].token
    assert user.public_url == "https://tv.example"
    assert Keyring([KEY]).open(issued.password) == "1234"
    assert anna.actor.role is Role.CUSTOMER


def test_an_order_that_comes_twice_makes_one_customer(client, partner, outside, heard):
    order = OrderAccepted(
        id=new_id(),
        version=1,
        partner_id=partner.actor.partner_id,
        scope=partner.actor.scopes[0],
        buyer=a_buyer(email="buyer@example.com"),
        seats=[a_seat("One"), a_seat("Two")],
    )
    last = OrderAccepted(
        id=new_id(),
        version=1,
        partner_id=order.partner_id,
        scope=order.scope,
        buyer=a_buyer(email="last@example.com"),
        seats=[a_seat()],
    )
    for state in (order, order, last):
        with outside.transaction() as work:
            work.announce(state)

    filled = heard.next(SeatsFilled, id=order.id)
    issued = heard.next(CredentialsIssued, id=order.id)
    heard.next(SeatsFilled, id=last.id)
    assert {u.user_id for u in issued.users} == {s.user_id for s in filled.seats}
    request = ListCustomers(search="buyer@example.com")
    [customer] = client.ask(partner, request).items
    assert (customer.id, customer.user_count) == (filled.customer_id, 2)
    assert heard.all(SeatsFilled, id=order.id) == []
    assert heard.all(CredentialsIssued, id=order.id) == []
    password = Keyring([KEY]).open(issued.password)
    assert enter(client, issued.username, password).actor.account_id == customer.id


@pytest.mark.feature("CU-24")
def test_a_served_user_is_not_deleted(client, partner, outside, heard):
    request = CreateCustomer(person=a_person(), user_name="Kids")
    customer = client.ask(partner, request)
    of_customer = ListUsers(customer_id=customer.id)
    [user] = client.ask(partner, of_customer).items
    with outside.transaction() as work:
        work.announce(a_subscription(user, SystemClock()))

    def is_kept():
        with outside.transaction() as work:
            return work.session.scalars(select(SubscriptionCopy)).first()

    wait_for(is_kept, "the copy")
    with pytest.raises(Conflict) as refusal:
        client.ask(partner, DeleteUser(user_id=user.id))
    assert refusal.value.code == "subscription_active"


def test_refusals_come_with_kind_code_and_fields(client, operator, partner):
    wrong = SignIn(username="north", password="wrong")
    with pytest.raises(Unauthenticated) as refusal:
        client.ask(Context(), wrong)
    assert refusal.value.code == "invalid_credentials"

    request = CreateCustomer(
        person=a_person(first_name="", country="XX"),
        login=LoginDetails(username="Anna", password="1"),
    )
    with pytest.raises(Refusal) as refusal:
        client.ask(partner, request)
    assert (refusal.value.status, len(refusal.value.fields)) == (422, 4)

    with pytest.raises(Forbidden):
        client.ask(partner, an_account(AccountKind.PARTNER, "west"))
    with pytest.raises(NotFound):
        client.ask(partner, GetCustomer(customer_id=new_id()))
    with pytest.raises(Unauthenticated):
        client.ask(Context(), ListUsers())


def test_signing_out_is_heard(client, heard):
    request = SignIn(username="root", password=PASSWORD, wants_token=True)
    token = client.ask(Context(), request).token
    client.ask(Context(), SignOut(token=token))
    heard.next(SessionEnded)
    with pytest.raises(Unauthenticated):
        client.ask(Context(), Identify(token=token))


def test_one_form_signs_out_of_two_sessions(client, operator):
    """Who leaves while acting as another sends both tokens with the form's one key."""
    request = SignIn(username="root", password=PASSWORD, wants_token=True)
    tokens = [client.ask(Context(), request).token for _ in range(2)]
    form = replace(operator, idempotency_key="sign-out", request_digest="same form")

    for token in tokens:
        client.ask(form, SignOut(token=token))

    for token in tokens:
        with pytest.raises(Unauthenticated):
            client.ask(Context(), Identify(token=token))


def test_sign_ins_do_not_hold_up_who_is_signed_in(client, operator):
    """Argon2 runs beside the loop: while many sign in, others are answered."""
    request = SignIn(username="root", password=PASSWORD, wants_token=True)
    token = client.ask(Context(), request).token

    def enter_once(number):
        wrong = SignIn(username=f"somebody{number}", password="x")
        with pytest.raises(Unauthenticated):
            client.ask(Context(), wrong)

    with ThreadPoolExecutor(8) as crowd:
        pending = [crowd.submit(enter_once, number) for number in range(40)]
        for _ in range(10):
            client.ask(Context(), Identify(token=token), timeout=5)
        for done in pending:
            done.result(PATIENCE)
