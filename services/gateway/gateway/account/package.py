"""One's own package: what it allows, what it costs, until when; and one's data."""

from uuid import UUID

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway.app_context import app_context
from gateway.exporting import export_of
from gateway.panel.forms import confirm_page
from gateway.panel.guard import page_for
from gateway.panel.packages import find_for_sale
from gateway.request_context import actor, ask, ask_later
from lineup.context import OF_PARTNER, SELLERS_ALONE, Role
from lineup.contracts.accounts.partner_packages import (
    Audience,
    ListOfferedPackages,
)
from lineup.contracts.accounts.partnerships import ChoosePackage, GetPartnership
from lineup.errors import NotFound
from lineup.export_links import partner_behind

pages = Blueprint("package_pages", __name__)

EXPORTING = frozenset({Role.PARTNER, Role.RESELLER_COMPANY})
PAYING = OF_PARTNER | {Role.RESELLER_COMPANY}


@pages.get("/package")
@page_for(PAYING | SELLERS_ALONE, while_locked=True)
def my_package() -> str:
    """What one's company has of the platform, and how to go on."""
    if actor().role not in PAYING:
        return render_template("account/package_of_provider.html")
    is_company = actor().role is Role.RESELLER_COMPANY
    audience = Audience.RESELLERS if is_company else Audience.PARTNERS
    offering = ask_later(ListOfferedPackages(offered_to=audience))
    one = ask(GetPartnership())
    return render_template(
        "account/package.html", one=one, packages=offering.reply().packages
    )


@pages.route("/package/<uuid:package_id>/choose", methods=["GET", "POST"])
@page_for(PAYING - {Role.STAFF}, asks=ChoosePackage, while_locked=True)
def choose(package_id: UUID) -> ResponseReturnValue:
    """Ask, and have another package."""
    one, wanted = ask(GetPartnership()), find_for_sale(package_id)
    return confirm_page(
        "account/package_choose.html",
        ChoosePackage(package_id=package_id),
        url_for(".my_package"),
        f"{wanted.name} was chosen.",
        one=one,
        wanted=wanted,
    )


@pages.get("/package/export.zip")
@page_for(EXPORTING, while_locked=True)
def export() -> Answer:
    """Everything one's company has, as an archive of tables."""
    partner_id = actor().partner_id
    if partner_id is None:
        raise NotFound
    return export_of(partner_id, "lineup-export")


@pages.get("/partner-export/<token>")
@page_for(frozenset())
def export_by_link(token: str) -> Answer:
    """The same by the link of a mail, without sign-in."""
    context = app_context()
    partner_id = partner_behind(context.keyring, token, context.clock.now())
    if partner_id is None:
        abort(404)
    return export_of(partner_id, "lineup-export")
