"""Pages about customers: the list, one by its parts, making, changing, deleting."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway.admin import choices
from gateway.admin.people.customer_forms import CustomerForm, PersonForm
from gateway.admin.people.customer_tables import (
    CUSTOMERS,
    DEVICES,
    OWN_CUSTOMERS,
    USERS,
)
from gateway.customers import NewCustomer, create_customer, player_settings
from gateway.panel.customer_tabs import customer_tabs
from gateway.panel.deletion import DeletionForm, blockers_of
from gateway.panel.forms import LineupForm, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.one_time_secrets import show_password_once
from gateway.panel.optional_results import optional, wait_for
from gateway.panel.people import country_name
from gateway.panel.tables import Table
from gateway.players import may_see_passwords
from gateway.request_context import actor, ask, ask_later
from lineup import rpc
from lineup.context import SELLERS, SELLERS_AND_SUPPORT, Role
from lineup.contracts.accounts.customers import (
    CustomerView,
    DeleteCustomer,
    GetCustomer,
    GetPlayerSettings,
    ListCustomers,
    SwitchCustomer,
    UpdateCustomer,
)
from lineup.contracts.accounts.devices import ListDevices
from lineup.contracts.accounts.membership import CreateCustomer
from lineup.contracts.accounts.users import ListUsers
from lineup.contracts.billing.deletion_blockers import GetDeletionBlockers

pages = Blueprint("customers_pages", __name__)


@pages.get("/customers")
@page_for(SELLERS_AND_SUPPORT)
def list_customers() -> str:
    """Customers, filtered and sorted as the address says."""
    is_seller = actor().role in {Role.RESELLER, Role.DEALER}
    table = OWN_CUSTOMERS if is_seller else CUSTOMERS
    pending = table.listing().later(ListCustomers)
    options_by_name = choices.of_customers()
    listing = pending.with_options(**options_by_name())
    return render_template("admin/people/customers/list.html", listing=listing)


@pages.route("/customers/new", methods=["GET", "POST"])
@page_for(SELLERS, asks=CreateCustomer)
def new_customer() -> ResponseReturnValue:
    """Make a customer with its login and first user in one form."""
    form = CustomerForm()
    return form_page(
        "admin/people/customers/new.html",
        form,
        lambda: create_customer(form.to_request()),
        _created,
    )


def _created(made: NewCustomer) -> Answer:
    show_password_once(name_of(made), made.login.username, made.login.password)
    address = url_for("customers_pages.show_customer", customer_id=made.id)
    return go_to(address, f"{name_of(made)} was created.")


@pages.get("/customers/<uuid:customer_id>")
@page_for(SELLERS_AND_SUPPORT)
def show_customer(customer_id: UUID) -> str:
    """Who a customer is, and what is kept of it."""
    customer = customer_of(customer_id)
    return _tab(
        "information",
        customer,
        "customers_pages.show_customer",
        pin=_pin(customer_id),
        country=country_name(customer.person.country),
    )


@pages.get("/customers/<uuid:customer_id>/users")
@page_for(SELLERS_AND_SUPPORT)
def show_users(customer_id: UUID) -> str:
    """A customer's users."""
    customer, listing = _with_list(customer_id, USERS, ListUsers)
    return _tab("users", customer, "customers_pages.show_users", listing=listing)


@pages.get("/customers/<uuid:customer_id>/devices")
@page_for(SELLERS_AND_SUPPORT)
def show_devices(customer_id: UUID) -> str:
    """What a customer's users watch with."""
    customer, listing = _with_list(customer_id, DEVICES, ListDevices)
    return _tab("devices", customer, "customers_pages.show_devices", listing=listing)


@pages.route("/customers/<uuid:customer_id>/edit", methods=["GET", "POST"])
@page_for(SELLERS, asks=UpdateCustomer)
def edit_customer(customer_id: UUID) -> ResponseReturnValue:
    """Change a customer's data."""
    customer = customer_of(customer_id)
    form = PersonForm.of(customer, _pin(customer_id))
    return form_page(
        "admin/people/customers/edit.html",
        form,
        lambda: ask(form.change(customer_id)),
        lambda _: go_to(
            url_for(".show_customer", customer_id=customer_id), "Changes saved."
        ),
        customer=customer,
    )


@pages.post("/customers/<uuid:customer_id>/switch-on")
@page_for(SELLERS, asks=SwitchCustomer)
def switch_on(customer_id: UUID) -> Answer:
    """Switch a customer on again."""
    return _switched(customer_id, is_active=True)


@pages.route("/customers/<uuid:customer_id>/switch-off", methods=["GET", "POST"])
@page_for(SELLERS, asks=SwitchCustomer)
def switch_off(customer_id: UUID) -> ResponseReturnValue:
    """Ask, then switch a customer off: nobody of it watches any more."""
    return form_page(
        "admin/people/customers/switch.html",
        LineupForm(),
        lambda: _switched(customer_id, is_active=False),
        lambda done: done,
        customer=customer_of(customer_id),
    )


def _switched(customer_id: UUID, *, is_active: bool) -> Answer:
    """Back where it was switched: at its page, or in the list as it was narrowed."""
    switched = ask(SwitchCustomer(customer_id=customer_id, is_active=is_active))
    back = url_for(".show_customer", customer_id=customer_id)
    if "listed" in request.args:
        back = f"{url_for('.list_customers')}?{request.args['listed']}"
    state = "enabled" if is_active else "disabled"
    return go_to(back, f"{name_of(switched)} is {state}.")


@pages.route("/customers/<uuid:customer_id>/delete", methods=["GET", "POST"])
@page_for(SELLERS, asks=DeleteCustomer)
def delete_customer(customer_id: UUID) -> ResponseReturnValue:
    """Say what goes with a customer, ask for its name, and delete it."""
    customer = customer_of(customer_id)
    blockers = blockers_of(GetDeletionBlockers(customer_id=customer_id))
    form = DeletionForm.of_customer(name_of(customer), blockers.value)
    return form_page(
        "admin/people/customers/delete.html",
        form,
        lambda: ask(
            form.to(DeleteCustomer, customer_id=customer_id, force=form.is_forced)
        ),
        lambda _: go_to(
            url_for(".list_customers"), f"{name_of(customer)} is in the trash."
        ),
        customer=customer,
        blockers=blockers,
    )


def name_of(customer: CustomerView) -> str:
    """What a customer is called on pages."""
    return f"{customer.person.first_name} {customer.person.last_name}".strip()


def customer_of(customer_id: UUID) -> CustomerView:
    """A customer in the actor's scope; NotFound otherwise."""
    return ask(GetCustomer(customer_id=customer_id))


def _tab(template: str, customer: CustomerView, opened: str, **context: Any) -> str:
    """One part of a customer's page, under the tabs of all of them."""
    return render_template(
        f"admin/people/customers/{template}.html",
        customer=customer,
        tabs_of=customer_tabs(customer.id, opened),
        **context,
    )


def _with_list(
    customer_id: UUID, table: Table, request_type: type[Any]
) -> tuple[CustomerView, Any]:
    """A customer and one of its lists, asked at once."""
    listing = table.listing()
    rpc_request = listing.to_request(request_type, customer_id=customer_id)
    customer = ask_later(GetCustomer(customer_id=customer_id))
    rows: rpc.Answer[Any] = ask_later(rpc_request)
    wait_for(customer, rows)
    return customer.reply(), listing.showing(optional(rows))


def _pin(customer_id: UUID) -> str:
    """The PIN, for those who may read it."""
    if not may_see_passwords():
        return ""
    return player_settings(GetPlayerSettings(customer_id=customer_id)).pin
