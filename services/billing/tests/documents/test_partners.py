"""What partners pay the platform for has a pro forma, and an invoice once paid."""

from datetime import timedelta

import pytest
from services.billing.tests.conftest import an_actor, an_event

from billing.documents import operations as documents
from billing.invoicing import partners
from billing.purging.operations import PURGING
from lineup.context import Role
from lineup.contracts.accounts.partner_events import (
    ChargeKind,
    PackageChargeDue,
    PartnerPaymentBooked,
)
from lineup.contracts.accounts.tree import Company
from lineup.contracts.billing.documents import DocumentKind, UpdatePlatformProfile
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import PartnerNotFound

OPERATOR = an_actor(Role.OPERATOR, "/", None)
PRO_FORMA, INVOICE = DocumentKind.PRO_FORMA, DocumentKind.INVOICE


@pytest.fixture
def heard(database, clock):
    """`heard(state)` takes an event as its consumer would."""
    handlers = {
        PackageChargeDue: partners.issue_pro_forma,
        PartnerPaymentBooked: partners.issue_invoice,
    }

    def heard(state):
        database.handle_event_once(an_event(state, clock), handlers[type(state)])

    return heard


def a_month(clock, partner_id, amount="24.20 EUR"):
    return {
        "id": new_id(),
        "version": 1,
        "partner_id": partner_id,
        "package_name": "Starter",
        "amount": Money.of(amount),
        "starts_at": clock.now(),
        "ends_at": clock.now() + timedelta(days=30),
        "reference": "P-1234-2606",
    }


def a_charge(clock, partner_id):
    more = {"kind": ChargeKind.MONTH, "package_id": new_id()}
    return PackageChargeDue(**a_month(clock, partner_id), **more)


def a_payment(clock, partner_id, **amount):
    return PartnerPaymentBooked(**a_month(clock, partner_id, **amount))


@pytest.mark.feature("PL-10", "WL-21")
def test_a_payment_makes_the_invoice_of_its_pro_forma_once(
    heard, files, clock, partner
):
    charge, payment = a_charge(clock, partner.id), a_payment(clock, partner.id)
    for state in (charge, charge, payment, payment):
        heard(state)

    pro_forma, invoice = files.seen(partner.actor)
    assert (pro_forma.number, invoice.number) == ("PF-2026-000001", "INV-2026-000001")
    assert invoice.about_id == pro_forma.id
    assert {str(one.total) for one in (pro_forma, invoice)} == {"24.20 EUR"}
    [line] = files.open(invoice, partner.actor).lines
    assert (line.description, line.ends_at) == ("Starter", payment.ends_at)


@pytest.mark.feature("PR-21")
@pytest.mark.parametrize(("country", "tax"), [("NL", "4.20 EUR"), ("DE", "0.00 EUR")])
def test_partners_of_the_platforms_own_country_pay_its_tax(
    ask, heard, files, clock, shop_floor, partner, country, tax
):
    profile = UpdatePlatformProfile(
        prefix="OP-",
        tax_name="VAT",
        note="",
        company=Company(legal_name="Operator B.V.", country="NL"),
        tax_percent="21",
    )
    ask(documents.update_platform_profile, profile, OPERATOR)
    shop_floor.partner_says(partner, company=Company(country=country))
    heard(a_payment(clock, partner.id))

    [invoice] = files.seen(OPERATOR)
    assert (invoice.number, str(invoice.tax)) == ("OP-INV-2026-000001", tax)
    assert files.open(invoice).issuer.name == "Operator B.V."


def test_what_costs_nothing_has_no_invoice(heard, files, clock, partner):
    heard(a_payment(clock, partner.id, amount="0.00 EUR"))

    assert files.seen() == []


def test_a_partner_that_is_not_known_yet_is_tried_again(heard, files, clock):
    with pytest.raises(PartnerNotFound):
        heard(a_charge(clock, new_id()))

    assert files.seen() == []


@pytest.mark.feature("AH-04")
def test_nobody_below_a_partner_sees_what_it_pays(
    heard, files, clock, shop_floor, partner, neighbour
):
    heard(a_payment(clock, partner.id))
    customer = shop_floor.customer(partner)
    others = (shop_floor.seller(partner).actor, customer.actor, neighbour.actor)

    assert [files.seen(one) for one in others] == [[], [], []]


def test_what_a_partner_got_is_told_from_what_its_customers_got(
    heard, files, clock, shop_floor, partner
):
    heard(a_payment(clock, partner.id))
    shop_floor.customer(partner, "1.00 EUR")

    kinds = {
        is_for: [one.kind for one in files.listed(is_for_customer=is_for)]
        for is_for in (True, False, None)
    }
    receipt = DocumentKind.RECEIPT
    assert kinds == {True: [receipt], False: [INVOICE], None: [INVOICE, receipt]}


@pytest.mark.feature("PL-08")
def test_the_platforms_invoices_outlive_the_partners_own(
    heard, files, clock, shop_floor, partner, database
):
    heard(a_charge(clock, partner.id))
    heard(a_payment(clock, partner.id))
    customer = shop_floor.customer(partner, "9.00 EUR")
    plan = shop_floor.plan(partner, "9.00 EUR")
    shop_floor.stop(shop_floor.buy(shop_floor.user(customer), plan))
    assert len(files.listed()) == 5

    with database.transaction() as work:
        PURGING.request(work, partner.id, partner.scope, version=1)
    is_at_it = True
    while is_at_it:
        with database.transaction() as work:
            is_at_it = PURGING.do_some(work)

    assert [one.kind for one in files.listed()] == [PRO_FORMA, INVOICE]
