"""Pages about invoices: all of them, taxes by country, what documents look like."""

from typing import ClassVar
from uuid import UUID

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer
from wtforms import SelectField

from gateway.document_lists import DOCUMENTS, FILE
from gateway.panel.entries import entry
from gateway.panel.exports import csv_of, file_address
from gateway.panel.forms import LineupForm, act_and_tell, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.panel.people import countries, with_nothing
from gateway.request_context import ask, ask_later
from lineup.context import OF_PARTNER, SELLERS_AND_SUPPORT, Role
from lineup.contracts.billing.documents import (
    GetDocumentSettings,
    GetPlatformProfile,
    ListDocuments,
    ListTaxRates,
    PlatformProfile,
    RemoveTaxRate,
    SetTaxRate,
    SumDocuments,
    UpdateDocumentSettings,
    UpdatePlatformProfile,
)

pages = Blueprint("documents_pages", __name__)


class SettingsForm(LineupForm):
    """What the next documents look like."""

    asks = UpdateDocumentSettings
    prefix = entry("Number prefix", "Numbers begin with it: NTV-INV-2026-000001.")
    tax_name = entry("Name of the tax", "For example VAT.")
    note = entry("Text below documents", "For example payment terms or a thank-you.")


class PlatformProfileForm(LineupForm):
    """Who issues what partners pay for."""

    asks = UpdatePlatformProfile
    sections: ClassVar = {
        "Company": (
            *("legal_name", "address", "postal_code", "city", "country"),
            *("tax_number", "tax_percent"),
        ),
        "Layout": ("prefix", "tax_name", "note"),
    }
    legal_name = entry("Legal name")
    address = entry("Street and number")
    postal_code = entry("Postal code")
    city = entry("City")
    country = entry("Country", kind=SelectField)
    tax_number = entry("Tax number")
    tax_percent = entry(
        "Tax rate in percent",
        "Included in prices for partners of the same country; others have no tax.",
    )
    prefix = entry("Number prefix", "Numbers begin with it: OP-INV-2026-000001.")
    tax_name = entry("Name of the tax", "For example VAT.")
    note = entry("Text below documents", "For example how to pay.")

    def __init__(self, profile: PlatformProfile) -> None:
        super().__init__(data={**vars(profile), **vars(profile.company)})
        self.country.choices = with_nothing(countries())


class TaxRateForm(LineupForm):
    """The tax of one country."""

    asks = SetTaxRate
    country = entry("Country", kind=SelectField)
    percent = entry("Tax rate in percent", "Prices include it. For example 21 or 5.5.")

    def __init__(self) -> None:
        super().__init__()
        self.country.choices = with_nothing(countries())


@pages.get("/documents")
@page_for(SELLERS_AND_SUPPORT, asks=ListDocuments)
def list_all() -> str:
    """Documents, and what those that the filters let through add up to."""
    narrowed = DOCUMENTS.listing()
    sums = ask_later(narrowed.totals_request(SumDocuments))
    rows = narrowed.later(ListDocuments)
    return render_template(
        "documents/list.html",
        listing=rows.with_options(),
        sums=optional(sums),
        file=file_address("documents_pages.export"),
        title="Documents",
    )


@pages.get("/documents.csv")
@page_for(SELLERS_AND_SUPPORT, asks=ListDocuments)
def export() -> Response:
    """The same list as a file."""
    return csv_of("documents", FILE, DOCUMENTS.listing().to_request(ListDocuments))


@pages.route("/documents/settings", methods=["GET", "POST"])
@page_for(OF_PARTNER, asks=UpdateDocumentSettings)
def show_settings() -> ResponseReturnValue:
    """What documents look like, and the taxes by country."""
    form = SettingsForm(obj=ask(GetDocumentSettings()))
    return form_page(
        "documents/settings.html",
        form,
        lambda: ask(form.to(UpdateDocumentSettings)),
        lambda _: go_to(url_for(".show_settings"), "Saved for the next documents."),
        rates=ask(ListTaxRates()).rates,
    )


@pages.route("/documents/platform", methods=["GET", "POST"])
@page_for(frozenset({Role.OPERATOR}), asks=UpdatePlatformProfile)
def platform_profile() -> ResponseReturnValue:
    """Who issues what partners pay for, and what that looks like."""
    form = PlatformProfileForm(ask(GetPlatformProfile()))
    return form_page(
        "documents/platform.html",
        form,
        lambda: ask(form.to(UpdatePlatformProfile)),
        lambda _: go_to(url_for(".list_all"), "Saved for the next documents."),
    )


@pages.route("/documents/tax-rates/new", methods=["GET", "POST"])
@page_for(OF_PARTNER, asks=SetTaxRate)
def set_tax_rate() -> ResponseReturnValue:
    """Set the tax of a country, for invoices from now on."""
    form = TaxRateForm()
    return form_page(
        "documents/tax_rate.html",
        form,
        lambda: ask(form.to(SetTaxRate)),
        lambda _: go_to(url_for(".show_settings"), "The tax rate was saved."),
    )


@pages.post("/documents/tax-rates/<uuid:rate_id>/remove")
@page_for(OF_PARTNER, asks=RemoveTaxRate)
def remove_tax_rate(rate_id: UUID) -> Answer:
    """Let a country have no tax from now on."""
    return act_and_tell(lambda: _remove(rate_id), url_for(".show_settings"))


def _remove(rate_id: UUID) -> str:
    ask(RemoveTaxRate(rate_id=rate_id))
    return "The tax rate was removed."
