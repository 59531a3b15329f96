"""Lists of documents, who sees them, and what is set for the next ones."""

from dataclasses import replace

import pytest
from services.billing.tests.conftest import an_actor, call

from billing.documents import operations as documents
from lineup.context import Role
from lineup.contracts.accounts.tree import Company, CompanyChange
from lineup.contracts.billing.documents import (
    DocumentKind,
    GetDocumentSettings,
    ListDocuments,
    ListTaxRates,
    RemoveTaxRate,
    SetTaxRate,
    SumDocuments,
    UpdateDocumentSettings,
    UpdatePlatformProfile,
)
from lineup.contracts.billing.refusals import DocumentNotFound, TaxRateNotFound
from lineup.contracts.paging import Paging
from lineup.errors import Invalid, PreconditionFailed
from lineup.money import Money
from lineup.scope import PartnerNotFound
from lineup.tags import tag_of


@pytest.fixture
def sold(shop_floor, partner):
    """A customer that paid 20.00 and bought a month for 9.00."""
    customer = shop_floor.customer(partner, "20.00 EUR")
    user = shop_floor.user(customer)
    shop_floor.buy(user, shop_floor.plan(partner, "9.00 EUR"))
    return customer


@pytest.mark.feature("AH-04", "WL-09")
def test_documents_are_seen_by_their_customer_and_by_those_above_it(
    files, sold, shop_floor, partner, neighbour
):
    document = files.listed()[0]
    for actor in (sold.actor, partner.actor):
        assert len(files.seen(actor)) == 2
        assert files.open(document, actor).number == document.number
    other = shop_floor.customer(partner)
    for actor in (other.actor, neighbour.actor, shop_floor.seller(partner).actor):
        assert files.seen(actor) == []
        with pytest.raises(DocumentNotFound):
            files.open(document, actor)


@pytest.mark.feature("WL-09")
def test_a_list_is_narrowed_by_kind_customer_time_and_words(
    files, sold, shop_floor, partner, clock
):
    files.issue()
    clock.forward(days=1)
    later = clock.now()
    shop_floor.top_up(sold, "1.00 EUR")
    shop_floor.customer(partner, "2.00 EUR")
    files.issue()

    def found(**filters):
        return [str(one.total) for one in files.seen(**filters)]

    assert found(kind=DocumentKind.INVOICE) == ["9.00 EUR"]
    assert found(customer_id=sold.id) == ["20.00 EUR", "9.00 EUR", "1.00 EUR"]
    assert found(issued_from=later) == ["1.00 EUR", "2.00 EUR"]
    assert found(issued_until=later) == ["20.00 EUR", "9.00 EUR"]
    assert found(search="inv-2026") == ["9.00 EUR"]
    assert len(found(search="berg")) == 4
    assert found(search="50%") == []


@pytest.mark.feature("WL-09")
def test_a_list_has_pages_in_both_directions(files, sold, shop_floor, ask):
    for _ in range(3):
        shop_floor.top_up(sold, "1.00 EUR")
    files.issue()

    def page(**paging):
        request = ListDocuments(paging=Paging(limit=2, order="number", **paging))
        return ask(documents.list_documents, request, sold.actor)

    first = page()
    second = page(after=first.next_after)
    third = page(after=second.next_after)
    numbers = [[one.number for one in each.items] for each in (first, second, third)]
    assert numbers == [
        ["INV-2026-000001", "R-2026-000001"],
        ["R-2026-000002", "R-2026-000003"],
        ["R-2026-000004"],
    ]
    assert page(before=second.previous_before).items == first.items


def test_what_stands_above_a_list_is_its_sum(files, sold, shop_floor, ask):
    shop_floor.top_up(sold, "1.00 EUR")
    files.issue()

    sums = ask(documents.sum_documents, SumDocuments(), sold.actor).sums
    assert [(one.kind, one.documents, str(one.total)) for one in sums] == [
        (DocumentKind.INVOICE, 1, "9.00 EUR"),
        (DocumentKind.RECEIPT, 2, "21.00 EUR"),
    ]


@pytest.mark.feature("PR-21")
def test_a_tax_rate_is_set_changed_and_removed(ask, partner, neighbour):
    def has(country, percent, actor=partner.actor):
        request = SetTaxRate(country=country, percent=percent)
        return ask(documents.set_tax_rate, request, actor).rates

    has("NL", "21")
    has("de", "19.00")
    has("NL", "5.50")
    has("FR", "20", neighbour.actor)

    rates = ask(documents.list_tax_rates, ListTaxRates(), partner.actor).rates
    assert [(one.country, one.percent) for one in rates] == [
        ("DE", "19"),
        ("NL", "5.5"),
    ]
    remove = RemoveTaxRate(rate_id=rates[0].id)
    with pytest.raises(TaxRateNotFound):
        ask(documents.remove_tax_rate, remove, neighbour.actor)
    left = ask(documents.remove_tax_rate, remove, partner.actor).rates
    assert [one.country for one in left] == ["NL"]


@pytest.mark.feature("PR-21")
@pytest.mark.parametrize("percent", ["", "-1", "100", "1.234", "1,5", "x"])
def test_a_rate_that_is_none_is_refused(ask, partner, percent):
    with pytest.raises(Invalid) as refusal:
        ask(
            documents.set_tax_rate,
            SetTaxRate(country="NL", percent=percent),
            partner.actor,
        )
    assert list(refusal.value.fields) == ["percent"]


def test_the_style_of_a_partners_documents_is_its_own(ask, partner, neighbour):
    style = UpdateDocumentSettings(prefix="NTV-", tax_name="BTW", note="")
    ask(documents.update_document_settings, style, partner.actor)

    def style_of(actor, **named):
        request = GetDocumentSettings(**named)
        return ask(documents.get_document_settings, request, actor)

    assert style_of(partner.actor).prefix == "NTV-"
    assert style_of(neighbour.actor).prefix == ""
    with pytest.raises(PartnerNotFound):
        style_of(neighbour.actor, partner_id=partner.id)
    operator = an_actor(Role.OPERATOR, "/", None)
    assert style_of(operator, partner_id=partner.id).tax_name == "BTW"


def test_what_is_not_said_of_a_style_stays_as_it_is(ask, partner):
    whole = UpdateDocumentSettings(prefix="NTV-", tax_name="BTW", note="Thank you")
    ask(documents.update_document_settings, whole, partner.actor)

    part = UpdateDocumentSettings(tax_name="VAT")
    style = ask(documents.update_document_settings, part, partner.actor)

    assert (style.prefix, style.tax_name, style.note) == ("NTV-", "VAT", "Thank you")


def test_what_is_not_said_of_the_platforms_company_stays_as_it_is(ask):
    operator = an_actor(Role.OPERATOR, "/", None)
    first = UpdatePlatformProfile(
        company=CompanyChange(legal_name="Operator B.V.", city="Delft"),
        tax_percent="21",
    )
    ask(documents.update_platform_profile, first, operator)

    second = UpdatePlatformProfile(company=CompanyChange(city="Leiden"))
    profile = ask(documents.update_platform_profile, second, operator)

    assert profile.tax_percent == "21"
    assert profile.company == Company(legal_name="Operator B.V.", city="Leiden")


def test_amounts_of_other_currencies_keep_their_places(files, shop_floor):
    partner = shop_floor.partner(currency="KWD")
    shop_floor.customer(partner, "1.234 KWD")

    [receipt] = files.listed()
    assert receipt.total == Money.of("1.234 KWD")


@pytest.mark.feature("AP-05")
def test_nobody_writes_over_what_another_has_set_meanwhile(database, partner):
    def has(tax_name, *tags):
        request = UpdateDocumentSettings(prefix="", tax_name=tax_name, note="")
        asked = call(request, partner.actor)
        asked = replace(asked, context=replace(asked.context, if_match=tags))
        return database.run_idempotent(
            asked, documents.update_document_settings, documents.lock_document_settings
        )

    seen = tag_of(has("VAT"))
    has("BTW", seen)

    with pytest.raises(PreconditionFailed):
        has("TVA", seen)
