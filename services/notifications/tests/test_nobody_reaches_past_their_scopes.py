"""Any verb, asked by anybody with any values, neither tells nor changes what lies
outside of the asker's scopes.
"""

import pytest

from lineup.clock import SetClock
from lineup.context import Actor, Role
from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged, AccountKind, Status
from lineup.contracts.notifications import SaveTransport
from lineup.database import Database, connect
from lineup.ids import new_id
from lineup.scope import ROOT, below
from lineup.secrets import Keyring, make_key
from lineup.testing.anybody import ask_anything, verbs_for_people
from lineup.testing.plugin import SPRING
from lineup.testing.tenancy import TenancyHarness
from lineup.testing.tenancy_rules import Rules
from notifications.deliveries.operations import Message, queue
from notifications.people.operations import upsert_accounts, upsert_customers
from notifications.service import NotificationsService
from notifications.settings import NotificationsSettings

VERBS = verbs_for_people("notifications")
RULES = Rules(
    named_below={"account_copy": "name"},
    tables_of={
        "partner_id": "account_copy",
        "entry_id": "audit_log",
        "thing_id": "account_copy",
        "after": "delivery",
        "before": "delivery",
    },
)


class Company:
    """Fills a database with partners that write to customers, and with who may ask."""

    def __init__(self, tenants):
        self.tenants = tenants
        self.people = [
            Actor(role=role, scopes=(ROOT,), name=str(role))
            for role in (Role.OPERATOR, Role.SUPPORT)
        ]

    def partner(self, number):
        partner_id = new_id()
        scope = below(ROOT, partner_id)
        account = AccountChanged(
            id=partner_id,
            version=1,
            kind=AccountKind.PARTNER,
            name=f"Company {number}",
            scope=scope,
            partner_id=partner_id,
            parent_id=None,
            email="",
            currency="EUR",
            time_zone="UTC",
            public_url="",
            status=Status.ACTIVE,
        )
        with self.tenants.database.transaction() as work:
            upsert_accounts(work, [account])
        owner, _ = (
            self.person(role, scope, partner_id) for role in (Role.PARTNER, Role.STAFF)
        )
        seller = below(scope, new_id())
        self.person(Role.DEALER, seller, partner_id)
        for parent in (scope, seller):
            self.customer(parent, partner_id)
        self.message(scope, partner_id)
        transport = {
            "sender_address": f"sender-{number}@tv.example",
            "sender_name": f"Sender {number}",
            "host": f"mail-{number}.tv.example",
        }
        self.tenants.do(owner, SaveTransport(**transport))

    def person(self, role, scope, partner_id):
        made = Actor(role=role, scopes=(scope,), partner_id=partner_id, name=str(role))
        self.people.append(made)
        return made

    def customer(self, parent, partner_id):
        customer_id = new_id()
        scope = below(parent, customer_id)
        self.person(Role.CUSTOMER, scope, partner_id)
        state = CustomerChanged(
            id=customer_id,
            version=1,
            partner_id=partner_id,
            scope=scope,
            first_name=f"First{customer_id.hex}",
            last_name=f"Last{customer_id.hex}",
            email=f"{customer_id.hex}@mail.example",
            mobile="",
            status=Status.ACTIVE,
        )
        with self.tenants.database.transaction() as work:
            upsert_customers(work, [state])
        self.message(scope, partner_id, customer_id)

    def message(self, scope, partner_id, customer_id=None):
        cause_id = new_id()
        message = Message(
            cause_id=cause_id,
            template="test",
            values={"partner": f"Partner {cause_id.hex}"},
            receiver=f"{cause_id.hex}@mail.example",
            partner_id=partner_id,
            customer_id=customer_id,
            scope=scope,
            request_id=new_id().hex,
        )
        with self.tenants.database.transaction() as work:
            queue(work, self.tenants.service.keyring, message)


@pytest.fixture(scope="module")
def company(databases):
    uri = databases.fresh("notifications")
    engine = connect(uri, pool_size=4)
    key = make_key()
    service = NotificationsService()
    service.keyring = Keyring([key])
    service.settings = NotificationsSettings(
        amqp_uri="", database_uri=uri, lineup_secret_keys=key
    )
    made = Company(TenancyHarness(service, Database(engine, SetClock(SPRING)), RULES))
    for number in range(2):
        made.partner(number)
    made.tenants.close()
    yield made
    engine.dispose()
    databases.drop(uri)


@pytest.mark.feature("AH-01")
@pytest.mark.parametrize("name", VERBS)
def test_what_lies_outside_is_neither_told_nor_changed(name, company):
    ask_anything(company.tenants, company.people, VERBS[name])
