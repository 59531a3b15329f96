"""Becoming a partner or a reseller: choose a package, register with it, get a mail."""

from typing import ClassVar
from uuid import UUID

from flask import Blueprint, Flask, render_template, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from gateway.panel.contact_fields import CONTACT_FIELDS
from gateway.panel.entries import Checklist, chosen_of, entry
from gateway.panel.forms import LineupForm, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.packages import find_for_sale, packages_for_sale
from gateway.panel.people import countries
from gateway.panel.zones import zone_choices
from gateway.request_context import address, ask
from lineup.contracts.accounts.partner_directory import ContactField
from lineup.contracts.accounts.partner_packages import Audience
from lineup.contracts.accounts.partnerships import RegisterPartner

pages = Blueprint("registration", __name__)

SENT_TO = "registered_as"
"""Where in a session stands whom the credentials were sent to."""


class RegistrationForm(LineupForm):
    """A company that wants to be a partner, or a reseller."""

    asks = RegisterPartner
    sections: ClassVar = {
        "Company": [
            "company",
            ("company_number", "country"),
            ("time_zone", "currency"),
        ],
        "Contact": ["contact", ("email", "mobile")],
        "Resellers": ["offers_to_resellers", "visible_fields"],
    }

    company = entry("Company name")
    company_number = entry("Company number", "Registration or VAT number.")
    country = entry("Country", kind=SelectField, is_required=True)
    time_zone = entry("Time zone", kind=SelectField)
    currency = entry("Currency", "What your products are sold in. Empty means EUR.")
    contact = entry("Contact person")
    email = entry("Email", "Your username and password are sent to this address.")
    mobile = entry("Mobile number", "Optional, such as +31612345678.")
    offers_to_resellers = entry(
        "Offer my products to resellers",
        "Resellers find you in the directory and can ask for a link.",
        default=True,
    )
    visible_fields = entry(
        "Visible to resellers",
        kind=Checklist,
        choices=chosen_of(CONTACT_FIELDS),
        default=[one.value for one in ContactField],
    )

    def __init__(self, audience: Audience) -> None:
        super().__init__()
        if audience is Audience.RESELLERS:
            del self.currency, self.offers_to_resellers, self.visible_fields
        self.time_zone.choices = zone_choices()
        self.country.choices = [
            SelectChoice("", "Choose"),
            *(SelectChoice(*one) for one in countries()),
        ]


@pages.get("/join")
@page_for(frozenset())
def offer() -> str:
    """The packages one can choose from."""
    packages = packages_for_sale()
    by_audience = [
        (audience, [one for one in packages if one.offered_to is audience])
        for audience in Audience
    ]
    return render_template("join/packages.html", by_audience=by_audience)


@pages.route("/join/<uuid:package_id>", methods=["GET", "POST"])
@page_for(frozenset())
def register(package_id: UUID) -> ResponseReturnValue:
    """Register with a package."""
    package = find_for_sale(package_id)
    form = RegistrationForm(package.offered_to)

    def welcome(receiver: str) -> ResponseReturnValue:
        session[SENT_TO] = receiver
        return go_to(url_for(".welcome"))

    return form_page(
        "join/register.html",
        form,
        lambda: ask(form.to(RegisterPartner, package_id=package_id, address=address())),
        lambda registered: welcome(registered.sent_to),
        package=package,
    )


@pages.get("/join/welcome")
@page_for(frozenset())
def welcome() -> str:
    """What comes next: a mail."""
    return render_template("join/welcome.html", sent_to=session.get(SENT_TO, ""))


def init_app(app: Flask) -> None:
    """Hang the pages in."""
    app.register_blueprint(pages)
