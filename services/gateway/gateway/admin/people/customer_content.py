"""Pages about the packages of one customer: of its products, added and removed."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from gateway.admin import choices
from gateway.admin.people.customers import customer_of, name_of
from gateway.panel.customer_tabs import customer_tabs
from gateway.panel.entries import entry
from gateway.panel.forms import LineupForm, act_and_tell, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.optional_results import OptionalResult, optional_if_known, wait_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask, ask_later
from lineup.context import PARTNERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.customers import CustomerView, GetCustomer
from lineup.contracts.paging import Page
from lineup.contracts.playlists.customer_packages import (
    ContentPackage,
    CustomerContent,
    GetCustomerContent,
    ResetCustomerPackage,
    SetCustomerPackage,
)

pages = Blueprint("customer_content", __name__)

CONTENT = Table(
    "content",
    Column("name", "Package"),
    Column("channel_count", "Channels", is_numeric=True),
    Column("products", "Products"),
    Column("is_shown", "Status"),
    Column("acts", ""),
)


class AddPackageForm(LineupForm):
    """Which package a customer gets beside its products."""

    asks = SetCustomerPackage
    package_id = entry(
        "Package",
        "All users of the customer see it while they have an active subscription.",
    )

    def __init__(self, customer: CustomerView) -> None:
        packages = choices.packages_to_tick(customer.partner_id)
        super().__init__()
        self.package_id.choices = [
            SelectChoice(str(one.id), one.name) for one in packages if not one.is_demo
        ]


@pages.get("/customers/<uuid:customer_id>/content")
@page_for(SELLERS_AND_SUPPORT)
def show_content(customer_id: UUID) -> str:
    """The packages that a customer has, and those that were removed."""
    customer = ask_later(GetCustomer(customer_id=customer_id))
    content = ask_later(GetCustomerContent(customer_id=customer_id))
    wait_for(customer, content)
    return render_template(
        "admin/people/customers/content.html",
        customer=customer.reply(),
        tabs_of=customer_tabs(customer_id, "customer_content.show_content"),
        listing=CONTENT.of(_packages(optional_if_known(content))),
    )


@pages.route("/customers/<uuid:customer_id>/content/add", methods=["GET", "POST"])
@page_for(PARTNERS, asks=SetCustomerPackage)
def add_package(customer_id: UUID) -> ResponseReturnValue:
    """Choose a package that a customer gets beside its products."""
    customer = customer_of(customer_id)
    form = AddPackageForm(customer)
    return form_page(
        "admin/people/customers/content_add.html",
        form,
        lambda: ask(
            form.to(SetCustomerPackage, customer_id=customer_id, is_included=True)
        ),
        lambda _: go_to(_address_of(customer_id), "The package was added."),
        customer=customer,
        back=_address_of(customer_id),
        who=name_of(customer),
    )


@pages.post("/customers/<uuid:customer_id>/packages/<uuid:package_id>")
@page_for(PARTNERS, asks=SetCustomerPackage)
def change_package(customer_id: UUID, package_id: UUID) -> Answer:
    """Remove a package from a customer, or undo what was said of it."""
    return act_and_tell(
        lambda: _change(customer_id, package_id), _address_of(customer_id)
    )


def _change(customer_id: UUID, package_id: UUID) -> str:
    both = {"customer_id": customer_id, "package_id": package_id}
    if request.form.get("act") == "remove":
        ask(SetCustomerPackage(**both, is_included=False))
        return "The package was removed from this customer."
    ask(ResetCustomerPackage(**both))
    return "The customer has this package again as its products have it."


def _packages(
    found: OptionalResult[CustomerContent],
) -> OptionalResult[Page[ContentPackage]]:
    content = found.value
    return OptionalResult(None if content is None else Page(items=content.packages))


def _address_of(customer_id: UUID) -> str:
    return url_for(".show_content", customer_id=customer_id)
