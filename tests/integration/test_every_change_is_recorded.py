"""Every verb that changes something leaves one entry in the audit log, and no secret.

It reads what there is: a verb that is added is tried without a word here. A partner of
its own makes one thing of each kind, then does all else that can be done with them,
then deletes them. What is refused must leave nothing.
"""

import dataclasses
import re
import secrets
from uuid import UUID, uuid4

import pytest
from running import until
from samples import sample

from lineup.context import Actor, CallOrigin, Context, Role
from lineup.contracts.accounts.customers import Person
from lineup.contracts.accounts.sessions import SignIn, SignOut
from lineup.contracts.accounts.tree import AccountKind, LoginDetails
from lineup.contracts.audit import AuditEntry, ListAuditEntries
from lineup.contracts.paging import Page
from lineup.errors import Refusal
from lineup.money import Money
from lineup.rpc import RpcClient
from lineup.scope import ROOT, below
from lineup.secrets import Keyring, sealed
from lineup.verbs import Kind, verbs_of

SERVICES = ("accounts", "billing", "playlists", "notifications")
SECRET = "Kept-4711-Secret"
MAKES = re.compile(r"(create|connect|add|save)_(\w+)")
ENDS = re.compile(
    r"(delete|remove|retire|purge|erase|end|undo)_|sign_out|change_password"
)
CALLED = {"guide_source": "source", "customer_group": "group", "staff": "login"}
"""What requests call what other verbs make."""
UNTOLD = {"accounts.request_password_reset"}
"""What succeeds without a change: a wish, which later leads to a mail, or to nothing."""
RUN_THEMSELVES = {
    *("sign_in", "sign_out", "enter_account", "change_password"),
    *("create_api_key", "rotate_api_key"),
}
"""What acts each time it is asked, also with the same key."""
PERSON = Person(first_name="Anna", last_name="Berg", email="anna.walk@example.org")


@pytest.fixture(scope="module")
def rpc(lineup):
    environment = lineup.command("environment", "gateway")
    client = RpcClient(re.search(r"^AMQP_URI=(.*)$", environment, re.MULTILINE)[1])
    yield client
    client.close()


@pytest.fixture(scope="module")
def keyring(lineup):
    environment = lineup.command("environment", "gateway")
    keys = re.search(r"^LINEUP_SECRET_KEYS=(.*)$", environment, re.MULTILINE)
    return Keyring.of(keys[1])


@pytest.fixture(scope="module")
def walker(lineup):
    """A partner that has nothing yet."""
    operator = lineup.sign_in(
        lineup.demo["operator_username"], lineup.demo["operator_password"]
    )
    name = f"walker-{secrets.token_hex(3)}"
    login = {"username": name, "password": SECRET}
    account = {"kind": "partner", "name": "Walker TV", "currency": "EUR"}
    made = operator("POST", "/accounts", json={**account, "login": login})
    assert made.status_code == 201, made.text
    api = lineup.sign_in(name, SECRET)
    [own] = api.get(f"/accounts/{made.json()['id']}/logins")["items"]
    account_id = UUID(made.json()["id"])
    return Actor(
        role=Role.PARTNER,
        scopes=(below(ROOT, account_id),),
        login_id=UUID(own["id"]),
        account_id=account_id,
        partner_id=account_id,
        name=name,
    )


class Walk:
    """Does every verb once, and once more with the same key."""

    def __init__(self, rpc, keyring, actor):
        self.rpc, self.keyring, self.actor = rpc, keyring, actor
        self.ids = dict.fromkeys(
            ("partner_id", "parent_id", "seller_id"), actor.account_id
        )
        self.entries, self.refused, self.names = {}, {}, {}

    def all(self):
        verbs = [
            verb
            for service in SERVICES
            for verb in verbs_of(service)
            if verb.kind is Kind.WRITE
        ]
        for verb in sorted(verbs, key=lambda one: _place(one.name)):
            self.do(verb)

    def do(self, verb):
        request = sealed(self.request_of(verb), self.keyring)
        request_id = f"{self.actor.name}.{verb.name}"
        context = Context(
            actor=self.actor,
            request_id=request_id,
            idempotency_key=str(uuid4()),
            origin=CallOrigin(channel="api", address="192.0.2.9", user_agent="walk"),
        )
        try:
            reply = self.ask(verb, context, request)
        except Refusal as refusal:
            self.refused[verb.name] = (refusal.code, dict(refusal.fields))
        else:
            self.keep(verb, request, reply)
            if not runs_itself(verb):
                assert self.ask(verb, context, request) is not None
        self.entries[f"{verb.service}.{verb.name}"] = self.log(verb.service, request_id)

    def ask(self, verb, context, request):
        return self.rpc.call(
            verb.service,
            verb.name,
            context,
            request,
            reply_type=verb.reply,
            timeout=20,
        ).reply()

    def log(self, service, request_id):
        root = Actor(role=Role.OPERATOR, scopes=(ROOT,), name="walk")
        return (
            self.rpc.call(
                service,
                "list_audit_entries",
                Context(actor=root),
                ListAuditEntries(request_id=request_id),
                reply_type=Page[AuditEntry],
                timeout=20,
            )
            .reply()
            .items
        )

    def keep(self, verb, request, reply):
        """Other verbs can be asked about what this one made."""
        id_, made = getattr(reply, "id", None), MAKES.match(verb.name)
        if made and isinstance(id_, UUID):
            kind = CALLED.get(made[2], made[2])
            self.ids.setdefault(f"{kind}_id", id_)
        if verb.name == "sign_in":
            self.token = reply.token
        if verb.name == "purchase":
            self.ids["subscription_id"] = reply.id
        if verb.name == "top_up":
            self.ids["transfer_id"] = reply.booking.transfer_id
        if verb.name == "create_account":
            self.ids["to_account_id"] = self.actor.account_id
            self.names["account"] = request.login.username

    def request_of(self, verb):
        """A request that is as good as it can be without knowing the verb."""
        kind = verb.request
        if kind is SignIn:
            return SignIn(username=self.actor.name, password=SECRET)
        if kind is SignOut:
            return SignOut(token=self.token)
        request = sample(kind, self.ids)
        known = {field.name: field for field in dataclasses.fields(kind)}
        better = {
            name: value
            for name, value in self.better(verb).items()
            if name in known and (value is not None)
        }
        return dataclasses.replace(request, **better)

    def known(self, name):
        return [self.ids[name]] if name in self.ids else []

    def better(self, verb):
        mark = secrets.token_hex(4)
        login = LoginDetails(username=f"walk-{mark}", password=SECRET)
        wants_login = verb.name in {"create_account", "create_staff"}
        return {
            "name": f"Walk {verb.name}",
            "person": PERSON if verb.name == "create_customer" else None,
            "login": login if wants_login else None,
            "kind": AccountKind.DEALER if verb.name == "create_account" else None,
            "sku": f"WALK-{mark}",
            "price": Money.of("2.00 EUR"),
            "amount": Money.of("20.00 EUR") if verb.name == "top_up" else None,
            "password": None if verb.name == "save_transport" else SECRET,
            "secret": SECRET,
            "channel_ids": self.known("channel_id"),
            "package_ids": self.known("package_id"),
            "old_password": SECRET,
            "new_password": SECRET[::-1],
            "confirmation": self.names.get("account"),
            "role": Role.STAFF if verb.name == "create_staff" else None,
            "mac": "00:1A:79:AA:BB:CC" if "device" in verb.name else None,
            "shop_domain": "walk.myshopify.com",
        }


def runs_itself(verb):
    return verb.name in RUN_THEMSELVES or "password" in verb.name


ORDER = (
    "create_package",
    "create_channel",
    "create_product",
    "create_plan",
    "create_account",
    "create_customer",
    "create_user",
    "create_box_model",
    "create_box",
    "top_up",
    "purchase",
)


def _place(name):
    """Things are made first, in the order they need each other, and deleted last."""
    if name in ORDER:
        return 0, ORDER.index(name), name
    if MAKES.match(name):
        return 1, 0, name
    if not ENDS.match(name):
        return 2, 0, name
    return 3, name in {"delete_customer", "delete_account", "change_password"}, name


@pytest.fixture(scope="module")
def walk(lineup, rpc, keyring, walker):
    until(lineup.is_settled, "all events to be consumed")
    walk = Walk(rpc, keyring, walker)
    walk.all()
    return walk


@pytest.mark.feature("AH-32")
def test_every_change_that_was_made_has_one_entry_and_no_other_has_any(walk):
    done = {name for name in walk.entries if name.partition(".")[2] not in walk.refused}
    counted = {name: len(entries) for name, entries in walk.entries.items()}

    told = done - UNTOLD
    assert {name: counted[name] for name in told} == dict.fromkeys(told, 1)
    untold = set(counted) - told
    assert {name: counted[name] for name in untold} == dict.fromkeys(untold, 0)
    assert len(done) >= 45, walk.refused


@pytest.mark.feature("AH-32")
def test_each_says_who_what_and_from_where(walk):
    for name, entries in walk.entries.items():
        for entry in entries:
            assert entry.action == name.partition(".")[2]
            assert entry.actor == walk.actor.name, name
            assert (entry.channel, entry.address) == ("api", "192.0.2.9"), name
            assert entry.partner_id == walk.actor.partner_id, name
            assert entry.kind, name


@pytest.mark.feature("AH-32")
def test_no_secret_is_in_any_entry(lineup, walk):
    """Neither what was typed nor what is kept, sealed, hashed or as a link."""
    told = {
        service: "\n".join(
            row for (row,) in lineup.rows(service, "SELECT a::text FROM audit_log a")
        )
        for service in SERVICES
    }
    kept = [
        value
        for statement in (
            "SELECT password_hash FROM logins",
            "SELECT encode(digest, 'hex') FROM sessions",
            "SELECT password FROM users",
            # Erased users' placeholders let nobody in: test_a_person_is_erased.
            "SELECT token FROM users WHERE NOT starts_with(username, 'erased-')",
        )
        for (value,) in lineup.rows("accounts", statement)
    ]

    assert len(kept) > 4
    for service, text in told.items():
        assert walk.actor.name in text, service
        assert SECRET not in text, service
        assert [value for value in kept if value and value in text] == [], service
        assert "gAAAA" not in text, service
