"""The app on a real broker, with somebody there who answers for the services.

`services` listens on the very queues the four services would and answers each call
with a sample of the contract, or with what a test tells it to.
"""

import dataclasses
import enum
import threading
import types
import typing
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from gateway.clients import (
    AccountsClient,
    BillingClient,
    Clients,
    NotificationsClient,
    PlaylistsClient,
)

from gateway.app import create_app
from gateway.ground import ground_of
from gateway.panel.guard import PAGES
from gateway.settings import GatewaySettings
from lineup import broker, wire
from lineup.blobs import BlobStore
from lineup.context import Actor, Role
from lineup.contracts.accounts.sessions import SignedIn
from lineup.contracts.billing.subscriptions import DeletionBlockers
from lineup.contracts.billing.wallets import EntryView
from lineup.contracts.paging import Page
from lineup.delivery import token_name
from lineup.errors import Refusal, Unauthenticated
from lineup.money import Money
from lineup.rpc import RpcClient
from lineup.rpc.services import remotes
from lineup.secrets import Keyring, make_key

CLIENTS = (AccountsClient, BillingClient, NotificationsClient, PlaylistsClient)
ID = UUID("019d0000-0000-7000-8000-000000000001")
SPRING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "player-password"
KEY = make_key()
SEALED_PASSWORD = Keyring([KEY]).seal(PASSWORD)
"""As a service keeps it: sealed once, and the same each time it is told."""
NAMED = {"topic": "glossary"}
"""What stands in an address where it is no id."""
NOTHING_IN_THE_WAY = DeletionBlockers(
    balances=[], running=0, subscriptions=[], is_deleted=True
)


def sample(hint, **given):
    """A value of a contract's type; `given` names fields that matter."""
    if hint is types.NoneType or isinstance(hint, types.UnionType):
        return None
    origin = typing.get_origin(hint)
    if origin is Page:
        return Page(items=[sample(typing.get_args(hint)[0])])
    if origin in {list, dict, tuple}:
        return origin()
    if dataclasses.is_dataclass(hint) and hint is not Money:
        return _sample_of(hint, given)
    if issubclass(hint, enum.Enum):
        return next(iter(hint))
    plain = {str: "text", int: 1, bool: True, UUID: ID, datetime: SPRING}
    plain[date] = SPRING.date()
    return Money.of("9.00 EUR") if hint is Money else plain[hint]


def _sample_of(contract, given):
    hints = typing.get_type_hints(contract)
    values = {
        field.name: _value(field.name, hints[field.name])
        for field in dataclasses.fields(contract)
    }
    return contract(**(values | given))


def _value(name, hint):
    if name == "generated_password":
        return ""
    if name == "booking":
        return sample(EntryView)
    if name == "pieces":
        return [sample(*typing.get_args(hint))]
    if name in {"password", "pin"} and hint is str:
        return SEALED_PASSWORD
    return sample(hint)


class Services:
    """Answers every call of every service on a real broker."""

    def __init__(self, uri):
        self.asked = []
        self.told = {}
        self.written = {}
        self.behind = set()
        self.silent = set()
        self.roles = {}
        self._remotes = {
            f"{client.service}.{verb}": remote
            for client in CLIENTS
            for verb, remote in remotes(client).items()
        }
        self._connection = broker.connect(uri, name="answers")
        self._channel = self._connection.channel()
        self._channel.exchange_declare(
            wire.RPC_EXCHANGE, "topic", durable=True, auto_delete=False
        )
        for client in CLIENTS:
            queue = f"rpc-{client.service}"
            self._channel.queue_declare(queue, durable=True, auto_delete=False)
            self._channel.queue_bind(queue, wire.RPC_EXCHANGE, f"{client.service}.*")
            self._channel.basic_consume(queue, no_ack=True, callback=self._on_call)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        self._stopping.set()
        self._thread.join(5)
        broker.close(self._connection)

    def tell(self, verb, answer):
        """Answer `accounts.get_user` with this: a value, a refusal, or a function."""
        self.told[verb] = answer

    def verbs(self):
        """Everything that can be asked."""
        return list(self._remotes)

    def calls_of(self, verb):
        """What was asked of a verb: (context, request) each time."""
        return [call[1:] for call in self.asked if call[0] == verb]

    def is_asked_with_one_limit(self):
        """Whether all calls end together: however many hang, they are waited for once.

        Who asks is found out before, within a limit of its own, and remembered a while.
        """
        ends = [
            context.deadline_at
            for verb, context, _ in self.asked
            if verb != "accounts.identify"
        ]
        return max(ends) - min(ends) < timedelta(seconds=0.2)

    def _run(self):
        while not self._stopping.is_set():
            if broker.readable(self._connection, 0.1):
                broker.take(self._connection)
            self._connection.heartbeat_tick()

    def _on_call(self, message):
        verb = message.delivery_info["routing_key"]
        remote = self._remotes[verb]
        context = wire.decode_context(message.headers[wire.CONTEXT_HEADER])
        request = wire.read_request(message.body, remote.request_type)
        self.asked.append((verb, context, request))
        if verb in self.silent or verb.split(".")[0] in self.silent:
            return
        body = self._answer(verb, remote, context, request)
        self._channel.basic_publish(
            broker.message(body, correlation_id=message.properties["correlation_id"]),
            wire.RPC_EXCHANGE,
            message.properties["reply_to"],
        )

    def _answer(self, verb, remote, context, request):
        answer = self.told.get(verb, self._usual(verb, remote, request))
        if answer is Exception:
            return wire.encode_fault(context.request_id)
        if callable(answer):
            answer = answer(context, request)
        if isinstance(answer, Refusal):
            return wire.encode_refusal(answer)
        written = self.written.get(verb, ())
        return wire.encode_result(answer, written, is_behind=verb in self.behind)

    def _usual(self, verb, remote, request):
        if verb == "accounts.identify":
            return self.roles.get(request.token, Unauthenticated())
        if verb == "accounts.sign_in":
            return self._signed_in(request)
        return sample(remote.reply_type)

    def _signed_in(self, request):
        token = f"token-of-{request.username}"
        actor = self.roles.get(token)
        if actor is None or request.password != "right":
            return Unauthenticated(
                "Wrong name or password.", code="invalid_credentials"
            )
        return SignedIn(token=token, actor=actor, expires_at=SPRING + timedelta(days=1))


@pytest.fixture(scope="session")
def broker_uri(vhosts):
    return vhosts.fresh()


@pytest.fixture(scope="session")
def session_services(broker_uri):
    answering = Services(broker_uri)
    yield answering
    answering.close()


@pytest.fixture
def services(session_services):
    """Answers for the services; every role has the login of its name."""
    session_services.asked.clear()
    session_services.told.clear()
    session_services.written.clear()
    session_services.behind.clear()
    session_services.silent.clear()
    session_services.tell("billing.get_deletion_blockers", NOTHING_IN_THE_WAY)
    session_services.roles = {
        f"token-of-{role.value}": Actor(
            role=role,
            scopes=(f"/{ID.hex}/",),
            login_id=ID,
            account_id=ID,
            partner_id=ID,
            name=role.value,
            company="Nova TV" if role is Role.CUSTOMER else "",
        )
        for role in Role
        if role is not Role.SYSTEM
    }
    return session_services


@pytest.fixture(scope="session")
def rpc(broker_uri):
    client = RpcClient(broker_uri)
    yield client
    client.close()


@pytest.fixture(scope="session")
def settings(broker_uri, tmp_path_factory):
    return GatewaySettings(
        amqp_uri=broker_uri,
        lineup_secret_keys=KEY,
        blob_url=tmp_path_factory.mktemp("blobs").as_uri(),
        public_url="http://lineup.example",
        upload_limit_mb=2,
    )


@pytest.fixture
def blobs(settings):
    """The blob store, with nothing but the link of the user that is told of."""
    store = BlobStore(settings.blob_url)
    for name, _ in list(store.names("")):
        store.remove(name)
    store.write(token_name("text"), b"{}")
    return store


@pytest.fixture(scope="session")
def session_app(rpc, settings):
    return create_app(settings, Clients.over(rpc))


@pytest.fixture
def app(session_app, services, blobs):
    """The app, over services that answer; user links answer at once.

    One for all tests, since making it and its templates takes longer than a test.
    """
    ground_of(session_app).identities.forget_all()
    ground_of(session_app).companies.forget_all()
    return session_app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def api(client):
    """`api("GET", "/customers", role)` is an answer of the REST API."""

    def ask(method, path, role=Role.PARTNER, **said):
        headers = said.pop("headers", {})
        if role is not None:
            headers = {"Authorization": f"Bearer token-of-{role.value}", **headers}
        return client.open(f"/api/v1{path}", method=method, headers=headers, **said)

    return ask


@pytest.fixture
def browser(client):
    """Signs in by the form, as people do: `browser(Role.PARTNER)` is a client."""

    def sign_in(role):
        page = client.get("/sign-in").get_data(as_text=True)
        said = {"username": role.value, "password": "right", **form_of(page)}
        answer = client.post("/sign-in", data=said)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return client

    return sign_in


@pytest.fixture
def pages(app):
    """Every page of the panel: its address, its methods, and the roles it is for."""
    return list(_pages_of(app))


def _pages_of(app):
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        name = f"{view.__module__}.{view.__name__}"
        if name in PAGES and rule.endpoint not in {"signing.home", "signing.sign_in"}:
            with app.test_request_context():
                names = {name: NAMED.get(name, str(ID)) for name in rule.arguments}
                path = rule.build(names)[1]
            yield path, rule.methods, PAGES[name]


def form_of(page, action=""):
    """The hidden values of a page's last form, or of the one for an address."""
    import re

    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    wanted = (
        [form for form in forms if f'action="{action}"' in form] if action else forms
    )
    fields = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", wanted[-1])
    attributes = [dict(re.findall(r'(\w+)="([^"]*)"', field)) for field in fields]
    return {one["name"]: one["value"] for one in attributes}


@pytest.fixture(name="form_of")
def form_of_fixture():
    return form_of


@pytest.fixture(name="sample")
def sample_fixture():
    return sample
