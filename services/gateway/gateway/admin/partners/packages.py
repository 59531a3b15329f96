"""Pages about the packages that partners choose from."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.admin.partners.forms import PackageForm, PlatformForm
from gateway.panel.filters import Choice, TextFilter, YesNo
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import OPERATORS
from lineup.contracts.accounts.partner_packages import (
    OPERATORS_AND_SUPPORT,
    Audience,
    CreatePartnerPackage,
    GetPartnerPackage,
    ListPartnerPackages,
    UpdatePartnerPackage,
)
from lineup.contracts.accounts.partnerships import (
    GetPlatformSettings,
    UpdatePlatformSettings,
)

pages = Blueprint("partner_packages_pages", __name__)

PACKAGES = Table(
    "partner_packages",
    Column("name", "Name", order="name"),
    Column("price", "Price per month", order="price", is_numeric=True),
    Column("allows", "Includes"),
    Column("partner_count", "Partners", is_numeric=True),
    Column("offered_to", "For"),
    Column("is_offered", "Offered"),
    filters=(
        TextFilter("Name"),
        Choice("offered_to", "For", Audience),
        YesNo("is_offered", "Offered"),
    ),
)


@pages.get("/partner-packages")
@page_for(OPERATORS_AND_SUPPORT)
def list_packages() -> str:
    """What partners choose from."""
    listing = PACKAGES.listing_of(ListPartnerPackages)
    return render_template("admin/partners/packages.html", listing=listing)


@pages.route("/partner-packages/new", methods=["GET", "POST"])
@page_for(OPERATORS)
def new_package() -> ResponseReturnValue:
    """Make a package."""
    form = PackageForm()
    return form_page(
        "admin/partners/package_form.html",
        form,
        lambda: ask(form.to(CreatePartnerPackage, **form.terms())),
        lambda made: go_to(url_for(".list_packages"), f"{made.name} was created."),
        package=None,
    )


@pages.route("/partner-packages/<uuid:package_id>/edit", methods=["GET", "POST"])
@page_for(OPERATORS)
def edit_package(package_id: UUID) -> ResponseReturnValue:
    """Change a package, for those who have it too."""
    package = ask(GetPartnerPackage(package_id=package_id))
    form = PackageForm(package)
    return form_page(
        "admin/partners/package_form.html",
        form,
        lambda: ask(
            form.to(UpdatePartnerPackage, package_id=package_id, **form.terms())
        ),
        lambda saved: go_to(url_for(".list_packages"), f"{saved.name} was saved."),
        package=package,
    )


@pages.route("/platform-settings", methods=["GET", "POST"])
@page_for(OPERATORS)
def platform_settings() -> ResponseReturnValue:
    """What holds for all partners."""
    form = PlatformForm(ask(GetPlatformSettings()))
    return form_page(
        "admin/partners/platform.html",
        form,
        lambda: ask(form.to(UpdatePlatformSettings, subscriber_days=form.days())),
        lambda _: go_to(url_for(".platform_settings"), "Settings saved."),
    )
