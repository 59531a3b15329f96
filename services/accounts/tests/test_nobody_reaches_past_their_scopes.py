"""Any verb, asked by anybody with any values, neither tells nor changes what lies
outside of the asker's scopes, and hands out no permission that the asker lacks.
"""

import random
from uuid import UUID

import pytest

from accounts.dependencies import Dependencies
from accounts.logins.passwords import PasswordCheck
from accounts.partners.payments import receive_payment
from accounts.sellers.operations import create_operator
from accounts.service import AccountsService
from accounts.settings import AccountsSettings
from accounts.users.service_times import follow_subscriptions
from lineup.clock import SetClock
from lineup.context import NOBODY, Actor, Permission, Role
from lineup.contracts.accounts.api_keys import CreateApiKey
from lineup.contracts.accounts.boxes import (
    AssignBox,
    CreateBox,
    CreateBoxModel,
    HandOverBoxes,
)
from lineup.contracts.accounts.customers import DeleteCustomer
from lineup.contracts.accounts.devices import AddDevice
from lineup.contracts.accounts.groups import CreateCustomerGroup
from lineup.contracts.accounts.jobs import MoveCustomers
from lineup.contracts.accounts.logins import CreateStaff
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.partner_packages import CreatePartnerPackage
from lineup.contracts.accounts.partnerships import (
    RegisterPartner,
    UpdatePlatformSettings,
)
from lineup.contracts.accounts.permissions import CreatePermissionSet
from lineup.contracts.accounts.reseller_links import AcceptLinkRequest, SendLinkRequest
from lineup.contracts.accounts.seller_plans import CreateSellerPlan
from lineup.contracts.accounts.sessions import SignIn
from lineup.contracts.accounts.support_grants import CreateSupportGrant
from lineup.contracts.accounts.tree import AccountKind, CreateAccount, LoginDetails
from lineup.contracts.accounts.users import CreateUser
from lineup.contracts.billing.partners import PartnerPaymentReceived
from lineup.database import Database, connect
from lineup.ids import new_id
from lineup.money import Money
from lineup.secrets import Keyring, make_key
from lineup.testing.anybody import ask_anything, verbs_for_people
from lineup.testing.plugin import SPRING
from lineup.testing.sample_requests import required
from lineup.testing.tenancy import TenancyHarness
from lineup.testing.tenancy_rules import Rules
from lineup.verbs import Kind

from .conftest import PASSWORD, a_person, a_subscription

DIRECTORY = ("accounts", "partnerships", "partner_listings")
"""What partners show to resellers."""
BETWEEN_TWO = (
    *("send_link_request", "list_link_requests", "get_link_request"),
    *("accept_link_request", "reject_link_request", "invite_reseller"),
    *("withdraw_link_request", "list_reseller_links", "get_reseller_link"),
    *("end_reseller_link", "keep_reseller_link"),
)
"""Either side is told what the other is called."""

RULES = Rules(
    named_below={"accounts": "name", "box_models": "name"},
    public=frozenset({"partner_packages", "platform_settings"}),
    counted=frozenset({"sign_in_failures", "sign_in_tries", "reset_wishes"}),
    sides=frozenset({"company_scope"}),
    told=dict.fromkeys(
        ("list_partner_directory", "get_directory_entry"), frozenset(DIRECTORY)
    )
    | dict.fromkeys(BETWEEN_TWO, frozenset({"accounts"})),
    written=dict.fromkeys(BETWEEN_TWO, frozenset({"audit_log"})),
    tables_of={
        "account_id": "accounts",
        "to_account_id": "accounts",
        "group_id": "customer_groups",
        "job_id": "account_jobs",
        "set_id": "permission_sets",
        "permission_set_id": "permission_sets",
        "key_id": "sessions",
        "package_id": "partner_packages",
        "entry_id": "audit_log",
        "grant_id": "support_grants",
        "payment_id": "unmatched_payments",
        "request_id": "link_requests",
        "link_id": "reseller_links",
        "thing_id": "customers",
        "after": "customers",
        "before": "users",
        "box_id": "boxes",
    },
    known={
        "csv": ("Z1,00:1A:79:FF:00:01", "Serial number;MAC\nZ2;001A79FF0002"),
        "serials": ("00:1A:79:00:00:01", "00:1A:79:00:00:02", "no-such-box"),
    },
)
VERBS = verbs_for_people("accounts")
LISTS = {
    name: verb
    for name, verb in VERBS.items()
    if verb.kind is Kind.READ and not required(verb.request)
}
"""What needs no value to be asked."""


class Company:
    """Fills a database with partners, each with sellers, staff, customers at random."""

    def __init__(self, tenants, operator, chance):
        self.tenants, self.operator, self.chance = tenants, operator, chance
        self.number = 0

    def name(self, kind):
        self.number += 1
        return f"{kind}-{self.chance.randrange(10**6):06}-{self.number}"

    def do(self, actor, contract, **values):
        return self.tenants.do(actor, contract(**values))

    def login(self, kind):
        return LoginDetails(username=self.name(kind), password=PASSWORD)

    def account(self, actor, kind):
        login = self.login(kind.value)
        made = self.do(
            actor,
            CreateAccount,
            kind=kind,
            name=self.name("company"),
            login=login,
            email=f"{login.username}@tv.example",
            currency="EUR",
        )
        return made, self.signed_in(login)

    def signed_in(self, login):
        return self.do(NOBODY, SignIn, username=login.username, password=PASSWORD).actor

    def partner(self):
        made, actor = self.account(self.operator, AccountKind.PARTNER)
        self.do(actor, CreateSellerPlan, name=self.name("plan"), most_customers=9)
        for _ in range(2):
            held = self.chance.sample(list(Permission), self.chance.randint(2, 12))
            named = {"name": self.name("set"), "permissions": held}
            chosen = self.do(actor, CreatePermissionSet, **named)
            self.do(
                actor,
                CreateStaff,
                account_id=made.id,
                role=Role.STAFF,
                login=self.login("staff"),
                permission_set_id=chosen.id,
            )
        user = self.place(actor)
        kinds = [AccountKind.RESELLER, AccountKind.DEALER, AccountKind.DEALER]
        sellers = [self.account(actor, kind) for kind in kinds]
        for _, seller in sellers[: self.chance.randint(2, 3)]:
            self.place(seller)
        self.boxes(actor, [one.id for one, _ in sellers], user)
        moved, target = sellers[0][0].id, sellers[1][0].id
        self.do(actor, MoveCustomers, account_id=moved, to_account_id=target)
        self.do(actor, CreateApiKey, name=self.name("key"))
        self.do(actor, CreateSupportGrant)
        return actor

    def links(self, partners):
        """A reseller company, linked to one partner; its request to another is open."""
        _, company = self.account(self.operator, AccountKind.RESELLER_COMPANY)
        sent = [
            self.do(company, SendLinkRequest, partner_id=one.partner_id)
            for one in partners
        ]
        self.do(partners[0], AcceptLinkRequest, request_id=sent[0].id)

    def place(self, actor):
        """A group, and customers of one who sells: one with a login, one deleted.

        A user of one who is not deleted.
        """
        self.do(actor, CreateCustomerGroup, name=self.name("group"))
        for number in range(self.chance.randint(2, 4)):
            login = self.login("customer") if number == 0 else None
            person = a_person(email=f"{self.name('mail')}@tv.example")
            made = self.do(actor, CreateCustomer, person=person, login=login)
            named = {"customer_id": made.id, "name": self.name("user")}
            user = self.do(actor, CreateUser, **named)
            self.do(actor, AddDevice, user_id=user.id, model=self.name("box"))
            self.subscribe(user)
            if login:
                self.signed_in(login)
            if number == 1:
                forced = {"force": True, "reason": self.name("reason")}
                self.do(actor, DeleteCustomer, customer_id=made.id, **forced)
            else:
                kept = user
        return kept

    def boxes(self, actor, seller_ids, user):
        """Boxes of a model: one in stock, one with each seller, one with a user."""
        model = self.do(actor, CreateBoxModel, name=self.name("model"))
        made = [
            self.do(
                actor,
                CreateBox,
                box_model_id=model.id,
                serial=self.name("serial"),
                mac=f"00:1A:79:00:00:{number:02X}",
            )
            for number in range(1, len(seller_ids) + 3)
        ]
        for box, seller_id in zip(made, seller_ids, strict=False):
            given = {"account_id": seller_id, "serials": [box.serial]}
            self.do(actor, HandOverBoxes, **given)
        self.do(actor, AssignBox, box_id=made[-1].id, user_id=user.id)

    def subscribe(self, user):
        facts = a_subscription(user, self.tenants.database.clock)
        with self.tenants.database.transaction() as work:
            follow_subscriptions(work, [facts])


@pytest.fixture(scope="module", params=[3])
def tenants(databases, request):
    uri = databases.fresh("accounts")
    engine = connect(uri, pool_size=4)
    key = make_key()
    service = AccountsService()
    service.keyring = Keyring([key])
    service.settings = AccountsSettings(
        amqp_uri="", database_uri=uri, lineup_secret_keys=key
    )
    dependencies = Dependencies(
        keyring=service.keyring,
        hash_password=lambda password: f"hash of {password}",
        public_url="https://lineup.example",
    )
    service.provides = AccountsService.provides | {
        Dependencies: lambda _: dependencies,
        PasswordCheck: lambda _: lambda kept, password: kept == f"hash of {password}",
    }
    made = TenancyHarness(service, Database(engine, SetClock(SPRING)), RULES)
    fill(made, dependencies, random.Random(request.param))
    made.close()
    yield made
    engine.dispose()
    databases.drop(uri)


def fill(tenants, dependencies, chance):
    with tenants.database.transaction() as work:
        login = LoginDetails(username="root", password=PASSWORD)
        create_operator(work, login, dependencies=dependencies)
    operator = Actor(role=Role.OPERATOR, scopes=("/",), name="root")
    company = Company(tenants, operator, chance)
    package = company.do(
        operator, CreatePartnerPackage, name="Small", price=Money.of("20.00 EUR")
    )
    company.do(operator, UpdatePlatformSettings, payment_instructions="IBAN 1")
    company.do(
        NOBODY,
        RegisterPartner,
        package_id=package.id,
        company="Nordlicht TV",
        company_number="NL 1234.56",
        contact="Eva Sommer",
        email="eva@nordlicht.example",
        country="NL",
    )
    company.links([company.partner() for _ in range(2)])
    with tenants.database.transaction() as work:
        late = {"id": new_id(), "partner_id": new_id(), "reference": "late-payment"}
        received = PartnerPaymentReceived(version=1, **late)
        receive_payment(work, received, keyring=dependencies.keyring)


@pytest.fixture(scope="module")
def people(tenants):
    """Everybody who can sign in, as actors, and every customer."""
    accounts = {row["id"]: row for row in tenants.rows("accounts")}
    found = [
        actor_at(accounts[row["account_id"]], Role(row["role"]), row["id"])
        for row in tenants.rows("logins")
        if row["status"] == "active"
    ]
    root = next(row for row in accounts.values() if row["scope"] == "/")
    return [*found, actor_at(root, Role.SUPPORT, None)]


def actor_at(account, role, login_id):
    return Actor(
        role=role,
        scopes=(account["scope"],),
        login_id=login_id and UUID(login_id),
        account_id=UUID(account["id"]),
        partner_id=account["partner_id"] and UUID(account["partner_id"]),
        name=f"{role}",
    )


@pytest.mark.feature("AH-01", "AH-31")
@pytest.mark.parametrize("name", VERBS)
def test_what_lies_outside_is_neither_told_nor_changed(name, tenants, people):
    ask_anything(tenants, people, VERBS[name], others=1, also=hands_out_only_own)


@pytest.mark.feature("AH-01")
@pytest.mark.parametrize("name", LISTS)
def test_a_list_as_everybody(name, tenants, people):
    asked = [tenants.ask(actor, LISTS[name].request()) for actor in people]

    assert [one.violations() for one in asked] == [[]] * len(people)


def hands_out_only_own(answer):
    own = answer.actor.permissions
    assert handed_out(answer) <= set(Permission if own is None else own)


def handed_out(answer):
    """The permissions that keys, sets and staff have by a call, and had not before."""
    sets = {
        row["id"]: row["permissions"] for row in answer.harness.rows("permission_sets")
    }
    given = set()
    for table, before, after in answer.touched:
        if table in HOLDERS and after is not None:
            given |= HOLDERS[table](after, sets) - HOLDERS[table](before or {}, sets)
    return given


def of_login(row, sets):
    """What a login may do: of staff without a set all."""
    if row.get("role") != Role.STAFF or row["status"] == "deleted":
        return set()
    return set(sets.get(row["permission_set_id"], Permission))


HOLDERS = {
    "logins": of_login,
    "permission_sets": lambda row, _: set(row.get("permissions", ())),
    "sessions": lambda row, _: set(row.get("permissions") or ()),
}
