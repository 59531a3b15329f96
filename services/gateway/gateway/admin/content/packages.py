"""Pages about packages: channels that are sold together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway.admin import choices
from gateway.admin.content.channels import MANY_BYTES
from gateway.admin.content.forms import NewPackageForm, PackageNameForm
from gateway.panel.display import counted
from gateway.panel.filters import Choice, TextFilter
from gateway.panel.forms import (
    act_and_tell,
    address_query,
    confirm_page,
    form_page,
    go_to,
    id_of,
)
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table, of_partners
from gateway.request_context import ask
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.playlists.channels import ChannelFilter, ListChannels
from lineup.contracts.playlists.packages import (
    AddPackageChannels,
    CreatePackage,
    DeletePackage,
    GetPackage,
    ListPackages,
    PackageView,
    RemovePackageChannels,
    RenamePackage,
)
from lineup.errors import Invalid
from lineup.verbs import Request

pages = Blueprint("packages_pages", __name__)

PACKAGES = of_partners(
    Table(
        "packages",
        Column("name", "Name", order="name"),
        Column("channel_count", "Channels", is_numeric=True),
        Column("acts", ""),
        filters=(TextFilter("Name"),),
        order="name",
    ),
    Choice("partner_id", "Partner", convert=UUID),
)


@dataclass(frozen=True)
class Membership:
    """Channels in the package of the page, or those outside it."""

    name: str = "shown"
    label: str = "Channels"
    kind = "choice"

    @property
    def names(self) -> tuple[str, ...]:
        """Its name in the address."""
        return (self.name,)

    def options(self) -> tuple[tuple[str, str], ...]:
        """Inside and outside, in words."""
        return (("in", "In the package"), ("out", "Not in the package"))

    def read(self, query: Mapping[str, str]) -> dict[str, Any]:
        """The package, as what channels must be in, or must not."""
        fields = {"in": "package_id", "out": "outside_package_id"}
        field = fields.get(query.get(self.name, ""))
        return {field: (request.view_args or {})["package_id"]} if field else {}


CONTENTS = Table(
    "contents",
    Column("number", "Number", path="details.number", order="number"),
    Column("name", "Name", path="details.name", order="name"),
    Column("group", "Group", path="details.group", order="group"),
    Column("state", "Status"),
    Column("inside", "In the package"),
    filters=(
        TextFilter("Name, group or number"),
        Choice("group", "Group"),
        Membership(),
    ),
    order="number",
)


ACTS: dict[str, Callable[..., Request[PackageView]]] = {
    "put_in": AddPackageChannels,
    "take_out": RemovePackageChannels,
}


@pages.get("/packages")
@page_for(PARTNERS_AND_SUPPORT)
def list_packages() -> str:
    """Packages, the demo set among them."""
    listing = choices.listing_by_partner(PACKAGES(), ListPackages)
    return render_template("admin/content/packages.html", listing=listing)


@pages.route("/packages/new", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CreatePackage)
def new_package() -> ResponseReturnValue:
    """Make a package; then choose its channels."""
    form = NewPackageForm()
    return form_page(
        "admin/content/package_form.html",
        form,
        lambda: ask(form.to(CreatePackage)),
        lambda made: go_to(
            _address_of(made.id), f"{made.name} was created. Now add channels."
        ),
    )


@pages.get("/packages/<uuid:package_id>")
@page_for(PARTNERS_AND_SUPPORT)
def show_package(package_id: UUID) -> str:
    """A package: its channels, and those that could be in it."""
    package = _package(package_id)
    groups = choices.channel_groups(package.partner_id)
    listing = CONTENTS.listing(group=groups())
    return render_template(
        "admin/content/package.html",
        package=package,
        listing=listing.answered_by(ListChannels, partner_id=package.partner_id),
        query=address_query(),
    )


@pages.post("/packages/<uuid:package_id>/channels")
@page_for(PARTNERS, limit=lambda: MANY_BYTES, asks=AddPackageChannels)
def change_contents(package_id: UUID) -> Answer:
    """Put channels in or take them out: one, the ticked, or all that match."""
    page = f"{_address_of(package_id)}?{address_query()}".rstrip("?")
    return act_and_tell(lambda: _change(_package(package_id)), page)


@pages.route("/packages/<uuid:package_id>/name", methods=["GET", "POST"])
@page_for(PARTNERS, asks=RenamePackage)
def rename_package(package_id: UUID) -> ResponseReturnValue:
    """Call a package otherwise."""
    package = _package(package_id)
    form = PackageNameForm(obj=package)
    return form_page(
        "admin/content/package_form.html",
        form,
        lambda: ask(form.to(RenamePackage, package_id=package_id)),
        lambda renamed: go_to(
            _address_of(package_id), f"{package.name} was renamed to {renamed.name}."
        ),
        package=package,
    )


@pages.route("/packages/<uuid:package_id>/delete", methods=["GET", "POST"])
@page_for(PARTNERS, asks=DeletePackage)
def delete_package(package_id: UUID) -> ResponseReturnValue:
    """Ask, and remove a package; its channels stay."""
    package = _package(package_id)
    return confirm_page(
        "admin/content/package_delete.html",
        DeletePackage(package_id=package_id),
        url_for("packages_pages.list_packages"),
        f"{package.name} was deleted.",
        package=package,
    )


def _address_of(package_id: UUID) -> str:
    return url_for("packages_pages.show_package", package_id=package_id)


def _package(package_id: UUID) -> PackageView:
    return ask(GetPackage(package_id=package_id))


def _change(package: PackageView) -> str:
    """Do what was pressed; one channel's switch shows by itself what it did."""
    act, _, only = request.form.get("act", "").partition(":")
    request_type = ACTS.get(act)
    if request_type is None:
        raise Invalid("Choose an action.")
    changed = ask(request_type(package_id=package.id, **_chosen(package, only)))
    if only:
        return ""
    return f"{changed.name} now has {counted(changed.channel_count, 'channel')}."


def _chosen(package: PackageView, only: str) -> dict[str, Any]:
    if not only and request.form.get("which") == "matching":
        filters = {**CONTENTS.listing().filters, "partner_id": package.partner_id}
        return {"matching": ChannelFilter(**filters)}
    ticked = [only] if only else request.form.getlist("channel_ids")
    if not ticked:
        raise Invalid("Select channels first, or choose all matching channels.")
    return {"channel_ids": list(map(id_of, ticked))}
