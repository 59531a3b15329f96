"""The app, with somebody there who answers for the services.

`services` is the gateway's client: it answers each call with a sample of the contract,
or with what a test tells it to, and needs no broker.
"""

import dataclasses
import enum
import time
import types
import typing
from concurrent.futures import Future
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import msgspec
import pytest

from gateway.app import create_app
from gateway.app_context import app_context_of
from gateway.panel.guard import PAGES
from gateway.settings import GatewaySettings
from lineup import wire
from lineup.blobs import BlobStore
from lineup.context import Actor, Feature, Role
from lineup.contracts.accounts.partner_packages import OfferedPackage, OfferedPackages
from lineup.contracts.accounts.sessions import SignedIn
from lineup.contracts.billing.catalog import ProductView
from lineup.contracts.billing.deletion_blockers import DeletionBlockers
from lineup.contracts.billing.reports import NamedCount, SubscriptionFigures
from lineup.contracts.billing.wallets import EntryView
from lineup.contracts.paging import Page
from lineup.delivery import AccessFact, keys_of
from lineup.errors import Refusal, TimedOut, Unauthenticated
from lineup.export_links import export_token
from lineup.money import Money
from lineup.rpc import RpcClient
from lineup.rpc.replies import BrokerAway
from lineup.secrets import Keyring, make_key
from lineup.verbs import verbs_of

SERVICES = ("accounts", "billing", "notifications", "playlists")
ID = UUID("019d0000-0000-7000-8000-000000000001")
SPRING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "player-password"
KEY = make_key()
SEALED_PASSWORD = Keyring([KEY]).seal(PASSWORD)
"""As a service keeps it: sealed once, and the same each time it is told."""
EXPORT_TOKEN = export_token(Keyring([KEY]), ID, datetime.now(UTC))
PATH_VALUES = {"topic": "glossary", "token": EXPORT_TOKEN}
"""What stands in an address where it is no id."""
OFFERED = OfferedPackages(
    packages=[
        OfferedPackage(
            id=ID,
            name="Small",
            description="To begin with.",
            price=Money.of("20.00 EUR"),
            most_customers=500,
            most_users=None,
            most_sellers=2,
            most_staff=2,
            features=[Feature.API],
        )
    ]
)
NO_BLOCKERS = DeletionBlockers(
    balances=[], running=0, subscriptions=[], is_deleted=True
)


def sample(hint, **fields):
    """A value of a contract's type; `given` names fields that matter."""
    if hint is types.NoneType or isinstance(hint, types.UnionType):
        return None
    origin = typing.get_origin(hint)
    if origin is Page:
        return Page(items=[sample(typing.get_args(hint)[0])])
    if origin in {list, dict, tuple}:
        return origin()
    if dataclasses.is_dataclass(hint) and hint is not Money:
        return _sample_of(hint, fields)
    if issubclass(hint, enum.Enum):
        return next(iter(hint))
    plain = {str: "text", int: 1, bool: True, UUID: ID, datetime: SPRING}
    plain[date] = SPRING.date()
    return Money.of("9.00 EUR") if hint is Money else plain[hint]


def _sample_of(contract, fields):
    hints = typing.get_type_hints(contract)
    values = {
        field.name: _value(field.name, hints[field.name])
        for field in dataclasses.fields(contract)
    }
    return contract(**(values | fields))


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


class Services(RpcClient):
    """Answers every call of every service, in this process, as the bus would.

    Requests and replies are encoded and decoded as they are on their way.
    """

    def __init__(self):
        super().__init__("amqp://nowhere")
        self.calls = []
        self.answers = {}
        self.written = {}
        self.behind = set()
        self.silent = set()
        """What does not answer in time: told at once, since nobody needs to wait."""
        self.roles = {}
        self.is_away = False
        self._verbs = {
            f"{verb.service}.{verb.name}": verb
            for service in SERVICES
            for verb in verbs_of(service)
        }

    def answer_with(self, verb, answer):
        """Answer `accounts.get_user` with this: a value, a refusal, or a function."""
        self.answers[verb] = answer

    def verbs(self):
        """Everything that can be asked."""
        return list(self._verbs)

    def calls_of(self, verb):
        """What was asked of a verb: (context, request) each time."""
        return [call[1:] for call in self.calls if call[0] == verb]

    def calls_share_one_limit(self):
        """Whether all calls end together: however many hang, they are waited for once.

        Who asks is found out before, within a limit of its own, and remembered a while.
        """
        ends = [
            context.deadline_at
            for verb, context, _ in self.calls
            if verb != "accounts.identify"
        ]
        return max(ends) - min(ends) < timedelta(seconds=0.2)

    def is_ready(self):
        return not self.is_away

    def _send(self, call, request, context, deadline):
        timeout, answer = deadline - time.monotonic(), Future()
        try:
            self._take(call, wire.encode_request(request), context, timeout, answer)
        except Refusal as refusal:
            answer.set_exception(refusal)
        return SimpleNamespace(body=answer.result, came_at=None)

    def _take(self, key, body, context, timeout, answer):
        if timeout <= 0:
            raise TimedOut
        if self.is_away:
            raise BrokerAway
        verb = self._verbs[key]
        context = wire.decode_context(wire.encode_context(context))
        request = wire.read_request(body, verb.request)
        self.calls.append((key, context, request))
        if key in self.silent or verb.service in self.silent:
            raise TimedOut
        answer.set_result(self._answer(key, verb, context, request))

    def _answer(self, key, verb, context, request):
        verb.access.check(context.actor)
        answer = self.answers.get(key, self._usual(key, verb, request))
        if answer is Exception:
            return wire.encode_fault(context.request_id)
        if callable(answer):
            answer = answer(context, request)
        if isinstance(answer, Refusal):
            return wire.encode_refusal(answer)
        written = self.written.get(key, ())
        return wire.encode_result(answer, written, is_behind=key in self.behind)

    def _usual(self, key, verb, request):
        if key == "accounts.identify":
            return self.roles.get(request.token, Unauthenticated())
        if key == "accounts.sign_in":
            return self._signed_in(request)
        return sample(verb.reply)

    def _signed_in(self, request):
        token = f"token-of-{request.username}"
        actor = self.roles.get(token)
        if actor is None or request.password != "right":
            return Unauthenticated(
                "Wrong name or password.", code="invalid_credentials"
            )
        return SignedIn(token=token, actor=actor, expires_at=SPRING + timedelta(days=1))


@pytest.fixture(scope="session")
def session_services():
    return Services()


@pytest.fixture
def services(session_services):
    """Answers for the services; every role has the login of its name."""
    session_services.calls.clear()
    session_services.answers.clear()
    session_services.written.clear()
    session_services.behind.clear()
    session_services.silent.clear()
    session_services.is_away = False
    session_services.answer_with("billing.get_deletion_blockers", NO_BLOCKERS)
    session_services.answer_with("accounts.list_offered_packages", OFFERED)
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


@pytest.fixture
def something_runs(services):
    """Billing knows of a subscription that runs, so that nobody waits for it to hear
    that none does.
    """
    runs = dataclasses.replace(NO_BLOCKERS, running=1, is_deleted=False)
    product = sample(NamedCount, id=ID, count=1)
    figures = sample(SubscriptionFigures, by_product=[product])
    sold = sample(ProductView, package_ids=[ID])
    services.answer_with("billing.get_deletion_blockers", runs)
    services.answer_with("billing.get_subscription_figures", figures)
    services.answer_with("billing.list_products", Page(items=[sold]))


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    return GatewaySettings(
        amqp_uri="amqp://nowhere",
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
    put_link(store, "text")
    return store


def put_link(store, token):
    """What playlists writes of a user with this link, so that link and login answer."""
    fact = sample(AccessFact, token=token)
    body = msgspec.json.encode(fact)
    store.write_remakable(dict.fromkeys(keys_of(fact), body))


@pytest.fixture(scope="session")
def session_app(session_services, settings):
    return create_app(settings, session_services)


@pytest.fixture
def app(session_app, services, blobs):
    """The app, over services that answer; user links answer at once.

    One for all tests, since making it and its templates takes longer than a test.
    """
    app_context_of(session_app).identities.evict_all()
    app_context_of(session_app).companies.evict_all()
    return session_app


@pytest.fixture(scope="session")
def specification(session_app):
    """What the API says of itself; made once, and nobody changes it."""
    return session_app.test_client().get("/api/v1/openapi.json").get_json()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def api(client):
    """`api("GET", "/customers", role)` is an answer of the REST API."""

    def call_api(method, path, role=Role.PARTNER, **options):
        headers = options.pop("headers", {})
        if role is not None:
            headers = {"Authorization": f"Bearer token-of-{role.value}", **headers}
        return client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    return call_api


@pytest.fixture
def browser(client):
    """Signs in by the form, as people do: `browser(Role.PARTNER)` is a client."""

    def sign_in(role):
        page = client.get("/sign-in").get_data(as_text=True)
        options = {"username": role.value, "password": "right", **form_of(page)}
        answer = client.post("/sign-in", data=options)
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
        if name in PAGES and PAGES[name].allowed and rule.endpoint != "signing.home":
            with app.test_request_context():
                names = {
                    name: PATH_VALUES.get(name, str(ID)) for name in rule.arguments
                }
                path = rule.build(names)[1]
            yield path, rule.methods, PAGES[name].allowed


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


@pytest.fixture(name="put_link")
def put_link_fixture():
    return put_link
