"""Any verb, asked by anybody with any values, neither tells nor changes what lies
outside of the asker's scopes.
"""

import pytest
from services.billing.tests.webshops.conftest import Desk, woo, woo_line

from billing.documents.operations import set_tax_rate
from billing.invoicing.operations import issue_all
from billing.service import BillingService
from billing.settings import BillingSettings
from lineup.clock import SetClock
from lineup.context import Actor, Role
from lineup.contracts.billing.documents import SetTaxRate
from lineup.database import Database, connect
from lineup.scope import ROOT
from lineup.secrets import Keyring, make_key
from lineup.testing.anybody import ask_anything, verbs_for_people
from lineup.testing.plugin import SPRING
from lineup.testing.tenancy import TenancyHarness
from lineup.testing.tenancy_rules import Rules
from lineup.values.checking import checked

from .conftest import SYSTEM, ShopFloor, an_actor, call

VERBS = verbs_for_people("billing")
RULES = Rules(
    # A transfer lies with the partner, whosever money its entries move.
    shown_below=frozenset({"product", "plan", "package_copy", "transfer"}),
    named_below={"account_copy": "name"},
    written_above=frozenset({"entry", "transfer", "wallet"}),
    tables_of={
        "account_id": "account_copy",
        "shop_id": "shop_connection",
        "order_id": "shop_order",
        "delivery_id": "shop_delivery",
        "seat_id": "shop_seat",
        "package_id": "package_copy",
        "document_id": "document",
        "rate_id": "tax_rate",
        "entry_id": "audit_log",
        "takes_back": "shop_seat",
        "thing_id": "subscription",
        "after": "subscription",
        "before": "subscription",
    },
    known={"sku": ("GOLD-1M", "SILVER-1M", "")},
)


class Company:
    """Fills a database with partners, their sellers, customers, money and shops."""

    def __init__(self, database, keyring):
        self.database, self.keyring = database, keyring
        self.shop_floor = ShopFloor(database, self.ask, database.clock)
        self.people = [
            Actor(role=role, scopes=(ROOT,), name=str(role))
            for role in (Role.OPERATOR, Role.SUPPORT)
        ]

    def ask(self, operation, request, actor=SYSTEM, key=None):
        asked = call(checked(request), actor, key, operation.__name__)
        return self.database.run_idempotent(asked, operation)

    def partner(self, number):
        floor = self.shop_floor
        partner = floor.partner()
        staff = an_actor(Role.STAFF, partner.scope, partner.id)
        seller = floor.known_seller(partner, f"Seller number {number}")
        self.people += [partner.actor, staff, seller.actor]
        plan = floor.plan(partner, "9.00 EUR")
        for above in (partner, seller):
            customer = floor.customer_below(above, partner)
            self.people.append(customer.actor)
            floor.top_up(customer, "40.00 EUR")
            for user in (floor.user(customer, renews=True), floor.user(customer)):
                bought = floor.buy(user, plan)
            floor.stop(bought, reason=f"Stopped at {number}")
        self.shop(partner, number)
        rate = SetTaxRate(country="NL", percent="21")
        self.ask(set_tax_rate, rate, partner.actor)
        issue_all(self.database)

    def shop(self, partner, number):
        """A shop with an order served, one that waits for people, and one unread."""
        desk = Desk(self.database, self.keyring, self.database.clock, partner.actor)
        desk.connect(name=f"Shop number {number}")
        desk.plan("GOLD-1M", "14.99 EUR")
        mail = {"first_name": "Ana", "last_name": "Ruiz"}
        mail["email"] = f"ana-{number}@mail.example"
        desk.serve(woo(billing=mail))
        desk.deliver(woo(woo_line("NEW-1M"), id=5013, number="5013", billing=mail))
        desk.deliver({"billing": mail})


@pytest.fixture(scope="module")
def company(databases):
    uri = databases.fresh("billing")
    engine = connect(uri, pool_size=4)
    made = Company(Database(engine, SetClock(SPRING)), Keyring([make_key()]))
    for number in range(2):
        made.partner(number)
    service = BillingService()
    service.keyring = made.keyring
    service.settings = BillingSettings(
        amqp_uri="", database_uri=uri, lineup_secret_keys="", public_url=""
    )
    made.tenants = TenancyHarness(service, made.database, RULES)
    made.tenants.close()
    yield made
    engine.dispose()
    databases.drop(uri)


@pytest.mark.feature("AH-01")
@pytest.mark.parametrize("name", VERBS)
def test_what_lies_outside_is_neither_told_nor_changed(name, company):
    ask_anything(company.tenants, company.people, VERBS[name])
