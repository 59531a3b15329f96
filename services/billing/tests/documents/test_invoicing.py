"""What customers buy, pay in and get back has a document, each once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from billing.documents import operations as documents
from billing.documents.models import IssuedDocument
from billing.invoicing.models import Progress
from billing.invoicing.operations import VERY_LATE_SECONDS, issue_all
from billing.subscriptions import renewals
from billing.wallets import corrections
from lineup.contracts.accounts.tree import Company
from lineup.contracts.billing.documents import (
    DocumentKind,
    SetTaxRate,
    UpdateDocumentSettings,
)
from lineup.contracts.billing.wallets import CorrectBooking, PayOut, TopUp
from lineup.ids import new_id
from lineup.money import Money
from lineup.scope import below

INVOICE, RECEIPT = DocumentKind.INVOICE, DocumentKind.RECEIPT
CREDIT_NOTE = DocumentKind.CREDIT_NOTE


@pytest.fixture
def bought(shop_floor, partner):
    """A customer with money for three more months, and a month of its user."""
    customer = shop_floor.customer(partner, "36.00 EUR")
    user = shop_floor.user(customer, renews=True)
    return shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR", days=30))


@pytest.mark.feature("WL-09", "WL-21")
def test_a_purchase_has_one_invoice_with_one_line_however_often_it_is_issued(
    files, bought
):
    for _ in range(5):
        files.issue()

    [invoice] = files.seen(kind=INVOICE)
    [line] = files.open(invoice).lines
    assert invoice.number == "INV-2026-000001"
    assert str(invoice.total) == str(line.gross) == "9.00 EUR"
    assert line.description == "Family, a while, Living room"
    assert line.starts_at == bought.started_at
    assert line.ends_at == bought.ends_at


@pytest.mark.feature("WL-09")
def test_a_renewal_has_an_invoice(files, bought, clock, shop_floor):
    clock.set(bought.ends_at)
    shop_floor.renew()

    numbers = [one.number for one in files.listed(kind=INVOICE)]
    assert numbers == ["INV-2026-000001", "INV-2026-000002"]


def test_a_payment_has_a_receipt_that_is_announced(files, bought, announced, ask):
    customer_id = bought.customer_id
    note = TopUp(customer_id=customer_id, amount=Money.of("5.00 EUR"), note="bank 4711")
    ask(renewals.top_up, note)

    first, second = files.listed(kind=RECEIPT)
    told = announced("receipt_issued")
    assert (first.number, str(first.total)) == ("R-2026-000001", "36.00 EUR")
    assert (second.reference, str(second.total)) == ("bank 4711", "5.00 EUR")
    assert [one.id for one in told] == [str(first.id), str(second.id)]
    assert told[1].reference == "bank 4711"
    assert told[1].customer_id == str(customer_id)


@pytest.mark.feature("WL-09")
def test_a_refund_has_a_credit_note_on_its_invoice(files, bought, clock, shop_floor):
    [invoice] = files.listed(kind=INVOICE)
    clock.set(bought.started_at + (bought.ends_at - bought.started_at) / 3)
    shop_floor.stop(bought)

    [note] = files.listed(kind=CREDIT_NOTE)
    assert note.number == "CN-2026-000001"
    assert note.about_id == invoice.id
    assert str(note.total) == "6.00 EUR"
    assert [one.number for one in files.open(invoice).related] == [note.number]
    assert [one.number for one in files.open(note).related] == [invoice.number]


def test_what_was_bought_and_stopped_before_anything_was_issued_has_both(
    files, bought, shop_floor
):
    shop_floor.stop(bought)

    kinds = [one.kind for one in files.listed()]
    assert kinds == [RECEIPT, INVOICE, CREDIT_NOTE]


def test_a_payment_that_was_a_mistake_has_a_receipt_that_takes_it_back(
    files, partner, shop_floor, ask, announced
):
    customer = shop_floor.customer(partner, "7.00 EUR")
    [booking] = shop_floor.entries(customer)
    wrong = CorrectBooking(transfer_id=booking.transfer_id, reason="Typed twice")
    ask(renewals.correct_booking, wrong)

    given, taken = files.listed(kind=RECEIPT, customer_id=customer.id)
    assert (str(given.total), str(taken.total)) == ("7.00 EUR", "-7.00 EUR")
    assert (taken.about_id, taken.reference) == (given.id, "Typed twice")
    assert str(given.id) in {one.id for one in announced("receipt_issued")}
    assert str(taken.id) not in {one.id for one in announced("receipt_issued")}


def test_money_paid_out_has_no_document(files, shop_floor, partner, ask):
    customer = shop_floor.customer(partner, "7.00 EUR")
    ask(corrections.pay_out, PayOut(customer_id=customer.id))

    assert [one.kind for one in files.listed()] == [RECEIPT]


def test_what_is_free_has_no_invoice(files, shop_floor, user, partner):
    shop_floor.buy(user, shop_floor.plan(partner, "0.00 EUR", is_trial=True))

    assert files.listed() == []


@pytest.mark.feature("PR-21")
def test_the_tax_is_that_of_the_customers_country_or_else_the_partners(
    files, shop_floor, partner, ask
):
    for country, percent in (("NL", "21"), ("DE", "19")):
        rate = SetTaxRate(country=country, percent=percent)
        ask(documents.set_tax_rate, rate, partner.actor)
    shop_floor.partner_says(partner, company=Company(country="NL"))
    for country in ("", "DE", "FR"):
        customer = shop_floor.customer(partner, "12.10 EUR")
        shop_floor.customer_says(customer, country=country)
        plan = shop_floor.plan(partner, "12.10 EUR")
        shop_floor.buy(shop_floor.user(customer), plan)

    lines = [files.open(one).lines[0] for one in files.listed(kind=INVOICE)]
    assert [(line.tax_percent, str(line.net), str(line.tax)) for line in lines] == [
        ("21", "10.00 EUR", "2.10 EUR"),
        ("19", "10.17 EUR", "1.93 EUR"),
        ("0", "12.10 EUR", "0.00 EUR"),
    ]


@pytest.mark.feature("PR-21")
def test_what_is_given_back_is_taxed_as_it_was_sold(files, shop_floor, partner, ask):
    def has(percent):
        ask(
            documents.set_tax_rate,
            SetTaxRate(country="NL", percent=percent),
            partner.actor,
        )

    shop_floor.partner_says(partner, company=Company(country="NL"))
    has("21")
    customer = shop_floor.customer(partner, "12.10 EUR")
    plan = shop_floor.plan(partner, "12.10 EUR")
    subscription = shop_floor.buy(shop_floor.user(customer), plan)
    files.issue()
    has("25")
    shop_floor.stop(subscription)

    [note] = files.listed(kind=CREDIT_NOTE)
    assert (str(note.net), str(note.tax)) == ("10.00 EUR", "2.10 EUR")


@pytest.mark.feature("AH-39", "WL-09")
def test_a_document_names_both_sides_as_they_were_when_it_was_issued(
    files, shop_floor, partner, ask
):
    style = UpdateDocumentSettings(prefix="NTV-", tax_name="BTW", note="Thank you")
    ask(documents.update_document_settings, style, partner.actor)
    shop_floor.partner_says(
        partner,
        email="north@example.com",
        company=Company(
            legal_name="North TV B.V.",
            address="Kade 1",
            postal_code="1011",
            city="Amsterdam",
            country="NL",
            tax_number="NL1",
        ),
    )
    customer = shop_floor.customer(partner)
    shop_floor.customer_says(customer, address="Laan 2", city="Delft", country="NL")
    shop_floor.top_up(customer, "1.00 EUR")
    [listed] = files.listed()
    shop_floor.partner_says(partner, name="Other", version=3)
    shop_floor.customer_says(customer, first_name="Other", version=3)

    document = files.open(listed)
    assert document.number == "NTV-R-2026-000001"
    assert document.note == "Thank you"
    assert vars(document.issuer) == {
        "name": "North TV B.V.",
        "address": "Kade 1",
        "postal_code": "1011",
        "city": "Amsterdam",
        "country": "NL",
        "tax_number": "NL1",
        "email": "north@example.com",
    }
    assert document.recipient.name == "Anna Berg"
    assert document.recipient.address == "Laan 2"
    assert [one.tax_name for one in document.taxes] == ["BTW"]


def test_numbers_count_by_the_year_of_the_partners_own_zone(files, shop_floor, clock):
    clock.set(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    for zone in ("Europe/Amsterdam", "America/New_York"):
        partner = shop_floor.partner(time_zone=zone)
        shop_floor.customer(partner, "1.00 EUR")

    numbers = {one.number for one in files.listed()}
    assert numbers == {"R-2027-000001", "R-2026-000001"}


def test_what_was_committed_late_is_issued_by_the_look_back(
    files, database, shop_floor, partner
):
    """Its transfer lies before the one that was looked at last."""
    shop_floor.customer(partner, "1.00 EUR")
    with database.transaction() as work:
        work.session.execute(update(Progress).values(after_id=new_id()))
    assert issue_all(database, since_seconds=0) == 0

    issue_all(database, since_seconds=VERY_LATE_SECONDS)
    assert len(files.seen()) == 1


@pytest.mark.feature("WL-09")
def test_a_document_is_never_changed_or_removed(files, engine, bought):
    files.issue()
    for statement in (
        update(IssuedDocument).values(number="X"),
        update(IssuedDocument).values(content={}),
        delete(IssuedDocument),
        text("TRUNCATE document"),
    ):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(statement)


def test_a_moved_customer_keeps_its_documents(files, shop_floor, partner):
    customer = shop_floor.customer(partner, "1.00 EUR")
    files.issue()
    seller = shop_floor.known_seller(partner, "Stall")
    shop_floor.customer_says(customer, scope=below(seller.scope, customer.id))

    assert len(files.seen(seller.actor)) == 1
