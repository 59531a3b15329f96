"""Invoices and receipts: their list, their page, and the files of them."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from answers import sent, text_of, visible_text
from pypdf import PdfReader

from gateway import document_files
from lineup.context import Role
from lineup.contracts.accounts.tree import Company, CompanyChange
from lineup.contracts.billing.documents import (
    Document,
    DocumentKind,
    DocumentLine,
    DocumentSettings,
    DocumentSum,
    DocumentSums,
    DocumentView,
    Party,
    PlatformProfile,
    RelatedDocument,
    TaxRate,
    TaxRates,
    TaxSum,
)
from lineup.contracts.billing.refusals import DocumentNotFound, PdfUnavailable
from lineup.contracts.paging import Page
from lineup.money import Money

pytestmark = pytest.mark.feature("WL-09")

ID = "019d0000-0000-7000-8000-000000000001"
OTHER = "019d0000-0000-7000-8000-000000000002"
AT = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
LATER = datetime(2026, 7, 30, 22, 30, tzinfo=UTC)


def a_line(description, net, percent, tax, gross):
    return DocumentLine(
        description=description,
        quantity=1,
        net=Money.of(net),
        tax_percent=percent,
        tax=Money.of(tax),
        gross=Money.of(gross),
        starts_at=AT,
        ends_at=LATER,
    )


INVOICE = Document(
    id=UUID(ID),
    kind=DocumentKind.INVOICE,
    number="NTV/INV-2026-000042",
    issued_at=AT,
    partner_id=UUID(OTHER),
    customer_id=UUID(OTHER),
    recipient_name="Łucja Čapek & Søn <b>",
    net=Money.of("10017.00 EUR"),
    tax=Money.of("1902.93 EUR"),
    total=Money.of("11919.93 EUR"),
    reference="order 4711",
    about_id=None,
    issuer=Party(name="North TV B.V.", city="Utrecht", country="NL", tax_number="NL1"),
    recipient=Party(name="Łucja Čapek & Søn <b>", address="Kade 1", country="GR"),
    lines=[
        a_line("Family, ein Jahr", "10000.00 EUR", "19", "1900.00 EUR", "11900.00 EUR"),
        a_line("Спорт, Αθήνα", "17.00 EUR", "17.25", "2.93 EUR", "19.93 EUR"),
    ],
    taxes=[
        TaxSum(
            tax_name="VAT",
            tax_percent="17.25",
            net=Money.of("17.00 EUR"),
            tax=Money.of("2.93 EUR"),
        ),
        TaxSum(
            tax_name="VAT",
            tax_percent="19",
            net=Money.of("10000.00 EUR"),
            tax=Money.of("1900.00 EUR"),
        ),
    ],
    note="Thank you",
    booked_at=AT,
    time_zone="Europe/Amsterdam",
    related=[
        RelatedDocument(
            id=UUID(OTHER), kind=DocumentKind.CREDIT_NOTE, number="NTV/CN-2026-000007"
        )
    ],
)
LISTED = DocumentView(
    **{name: getattr(INVOICE, name) for name in DocumentView.__dataclass_fields__}
)


@pytest.fixture
def issued(services):
    services.answer_with("billing.get_document", INVOICE)
    services.answer_with("billing.list_documents", Page(items=[LISTED]))


@pytest.fixture
def read_pdf(issued, browser):
    """The text of the PDF of the document, its blanks as single spaces."""

    def read_pdf():
        answer = browser(Role.PARTNER).get(f"/documents/{ID}.pdf")
        assert answer.mimetype == "application/pdf"
        pages = PdfReader(io.BytesIO(answer.data)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    return read_pdf


def test_the_pdf_has_every_line_of_the_json_and_its_sums(read_pdf, browser):
    text = read_pdf()
    answer = browser(Role.PARTNER).get(f"/documents/{ID}.json")
    said = answer.get_json()

    def shown(money):
        return f"{float(money['amount']):,.2f} {money['currency']}"

    for line in said["lines"]:
        figures = [shown(line[name]) for name in ("net", "tax", "gross")]
        figures.insert(1, f"{line['tax_percent']} %")
        row = " ".join(
            [line["description"], "1 Jul 2026 to 31 Jul 2026", "1", *figures]
        )
        assert row in text
    for tax in said["taxes"]:
        of = f"{tax['tax_percent']} % of {shown(tax['net'])} {shown(tax['tax'])}"
        assert f"VAT {of}" in text
    assert f"Total {shown(said['total'])}" in text
    for side in ("issuer", "recipient"):
        assert said[side]["name"] in text
    assert said["number"] in text


def test_a_document_is_saved_under_its_number(issued, browser):
    for ending in ("pdf", "json"):
        answer = browser(Role.CUSTOMER).get(f"/documents/{ID}.{ending}")
        saved = answer.headers["Content-Disposition"]
        assert saved == f'attachment; filename="NTV-INV-2026-000042.{ending}"'


def test_a_long_document_has_as_many_pages_as_it_needs(services, issued, browser):
    many = [replace(INVOICE.lines[0], description=f"Line {n}") for n in range(80)]
    services.answer_with("billing.get_document", replace(INVOICE, lines=many))

    answer = browser(Role.PARTNER).get(f"/documents/{ID}.pdf")
    pages = PdfReader(io.BytesIO(answer.data)).pages
    assert len(pages) > 1
    assert "Line 79" in pages[-1].extract_text()


def test_what_people_typed_stays_text_and_nothing_is_fetched(services, issued, browser):
    named = '<img src="file:///etc/passwd"><style>@import "http://127.0.0.1:9/"</style>'
    services.answer_with("billing.get_document", replace(INVOICE, note=named))

    answer = browser(Role.PARTNER).get(f"/documents/{ID}.pdf")

    [page] = PdfReader(io.BytesIO(answer.data)).pages
    assert "file:///etc/passwd" in page.extract_text()
    with pytest.raises(ValueError, match="example"):
        document_files.refuse_to_fetch("http://example.org")


def test_without_what_draws_text_the_pdf_alone_is_refused(issued, browser, monkeypatch):
    def missing():
        raise PdfUnavailable

    monkeypatch.setattr(document_files, "_weasyprint", missing)
    client = browser(Role.PARTNER)

    assert client.get(f"/documents/{ID}.pdf").status_code == 503
    assert client.get(f"/documents/{ID}").status_code == 200


def test_the_page_shows_the_document_and_what_belongs_to_it(issued, browser):
    page = browser(Role.PARTNER).get(f"/documents/{ID}")
    text = visible_text(page)

    assert "Łucja Čapek & Søn <b>" in text
    assert "Greece" in text
    assert "11,919.93 EUR" in text
    assert "Credit note NTV/CN-2026-000007" in text
    assert f'href="/documents/{OTHER}"' in text_of(page)


@pytest.mark.parametrize(
    ("role", "path"), [(Role.PARTNER, "/documents"), (Role.CUSTOMER, "/my/documents")]
)
def test_lists_are_narrowed_and_lead_to_each_document(
    services, issued, browser, role, path
):
    sums = DocumentSum(
        kind=DocumentKind.INVOICE,
        documents=1,
        net=INVOICE.net,
        tax=INVOICE.tax,
        total=INVOICE.total,
    )
    services.answer_with("billing.sum_documents", DocumentSums(sums=[sums]))
    client = browser(role)
    page = client.get(f"{path}?kind=invoice&search=berg&issued_from=2026-06-01")

    assert f'href="/documents/{ID}"' in text_of(page)
    [(_, asked), *_] = services.calls_of("billing.list_documents")
    assert (asked.kind, asked.search) == (DocumentKind.INVOICE, "berg")
    assert asked.issued_from == datetime(2026, 6, 1, tzinfo=UTC)
    file = client.get(f"{path}.csv?kind=invoice").get_data(as_text=True)
    assert "NTV/INV-2026-000042,invoice" in file
    assert ",10017.00,1902.93,11919.93,EUR," in file


@pytest.mark.parametrize(
    ("role", "path"), [(Role.PARTNER, "/documents"), (Role.CUSTOMER, "/my/documents")]
)
def test_an_empty_list_says_so(services, browser, role, path):
    services.answer_with("billing.list_documents", Page(items=[]))
    services.answer_with("billing.sum_documents", DocumentSums(sums=[]))

    assert "No documents yet." in visible_text(browser(role).get(path))


def test_a_document_of_another_is_not_found(services, browser):
    services.answer_with("billing.get_document", DocumentNotFound())
    client = browser(Role.CUSTOMER)

    for ending in ("", ".pdf", ".json"):
        assert client.get(f"/documents/{ID}{ending}").status_code == 404


def test_the_api_has_the_pdf_too(issued, api):
    answer = api("GET", f"/documents/{ID}/pdf")

    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


@pytest.mark.feature("PR-21")
def test_taxes_and_layout_are_set_on_one_page(services, browser, form_of):
    settings = DocumentSettings(prefix="", tax_name="VAT", note="")
    rates = TaxRates(rates=[TaxRate(id=UUID(ID), country="NL", percent="21")])
    for verb in ("get_document_settings", "update_document_settings"):
        services.answer_with(f"billing.{verb}", settings)
    for verb in ("list_tax_rates", "set_tax_rate", "remove_tax_rate"):
        services.answer_with(f"billing.{verb}", rates)
    client = browser(Role.PARTNER)
    page = client.get("/documents/settings")
    assert "NL: 21 %" in visible_text(page)
    new, remove = "/documents/tax-rates/new", f"/documents/tax-rates/{ID}/remove"

    sent(client, form_of, "/documents/settings", prefix="NTV-", tax_name="BTW")
    sent(client, form_of, new, country="DE", percent="19")
    client.post(remove, data=form_of(text_of(page), remove))

    [(_, style)] = services.calls_of("billing.update_document_settings")
    assert (style.prefix, style.tax_name, style.note) == ("NTV-", "BTW", "")
    [(_, taxed)] = services.calls_of("billing.set_tax_rate")
    assert (taxed.country, taxed.percent) == ("DE", "19")
    [(_, removed)] = services.calls_of("billing.remove_tax_rate")
    assert removed.rate_id == UUID(ID)


@pytest.mark.feature("PL-10")
def test_the_operator_says_who_issues_what_partners_pay_for(services, browser, form_of):
    profile = PlatformProfile(
        prefix="OP-",
        tax_name="VAT",
        note="",
        company=Company(legal_name="Operator B.V.", city="Delft", country="NL"),
        tax_percent="21",
    )
    for verb in ("get_platform_profile", "update_platform_profile"):
        services.answer_with(f"billing.{verb}", profile)
    client = browser(Role.OPERATOR)
    page = text_of(client.get("/documents/platform"))
    assert 'value="Operator B.V."' in page
    assert 'value="21"' in page

    filled = {"legal_name": "Operator N.V.", "country": "NL", "tax_percent": "9"}
    sent(client, form_of, "/documents/platform", **filled, prefix="", tax_name="VAT")

    [(_, asked)] = services.calls_of("billing.update_platform_profile")
    kept = CompanyChange(legal_name="Operator N.V.", city="Delft", country="NL")
    assert replace(kept, address="", postal_code="", tax_number="") == asked.company
    assert (asked.tax_percent, asked.prefix) == ("9", "")
    assert browser(Role.PARTNER).get("/documents/platform").status_code == 403


def test_a_customers_balance_leads_to_its_documents(services, issued, browser):
    client = browser(Role.PARTNER)
    address = f"/documents?customer_id={ID}"
    assert f'href="{address}"' in text_of(client.get(f"/customers/{ID}/wallet"))

    services.answer_with("billing.sum_documents", DocumentSums(sums=[]))
    client.get(address)

    [(_, asked)] = services.calls_of("billing.list_documents")
    assert asked.customer_id == UUID(ID)
