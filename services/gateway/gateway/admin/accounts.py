"""Pages about partners, sellers and customers."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from gateway.admin.forms import AccountForm, CustomerForm, PersonForm
from gateway.asking import actor, context
from gateway.customers import create_customer, page_of_customer
from gateway.ground import clients
from gateway.panel.filters import Choice, Text
from gateway.panel.forms import LineupForm, attempt, status_of
from gateway.panel.guard import page_for
from gateway.panel.parts import READ_SECONDS
from gateway.panel.tables import Column, Table
from lineup.context import PARTNERS, SELLERS, STAFF_AND_SUPPORT, Role
from lineup.contracts.accounts import (
    AccountKind,
    CustomerView,
    DeleteCustomer,
    GetCustomer,
    ListAccounts,
    ListCustomers,
    Person,
    Status,
    UpdateCustomer,
)

pages = Blueprint("accounts_pages", __name__)

Shown = str | tuple[str, int] | Answer

BELOW_OPERATOR = [AccountKind.PARTNER.value]
BELOW_PARTNER = [AccountKind.RESELLER.value, AccountKind.DEALER.value]

ACCOUNTS = Table(
    "accounts",
    Column("name", "Name"),
    Column("kind", "Kind"),
    Column("email", "E-mail"),
    Column("currency", "Currency"),
    Column("status", "Status"),
    Column("created_at", "Since"),
    filters=(Text("Name"), Choice("status", "Status", Status)),
)
CUSTOMERS = Table(
    "customers",
    Column("name", "Name"),
    Column("email", "E-mail", path="person.email"),
    Column("username", "Login"),
    Column("user_count", "Users", is_numeric=True),
    Column("status", "Status"),
    Column("created_at", "Since"),
    filters=(Text("Name, mail or login"),),
)


@pages.get("/accounts")
@page_for(STAFF_AND_SUPPORT)
def list_accounts() -> str:
    """Partners and sellers below oneself."""
    listing = ACCOUNTS.asked_of(clients().accounts.list_accounts, ListAccounts)
    return render_template("admin/accounts/accounts.html", listing=listing)


@pages.route("/accounts/new", methods=["GET", "POST"])
@page_for(PARTNERS)
def new_account() -> Shown:
    """Make a partner (operator) or a seller (partner)."""
    form = AccountForm()
    is_operator = actor().role is Role.OPERATOR
    form.kind.choices = BELOW_OPERATOR if is_operator else BELOW_PARTNER
    made = attempt(
        form, lambda: clients().accounts.create_account(context(), form.question())
    )
    if made is not None:
        flash(f"{made.name} was made.")
        return redirect(url_for("accounts_pages.list_accounts"))
    page = render_template("admin/accounts/account_form.html", form=form)
    return page, status_of(form)


@pages.get("/customers")
@page_for(STAFF_AND_SUPPORT)
def list_customers() -> str:
    """Customers, narrowed by a text in name, mail or login name."""
    listing = CUSTOMERS.asked_of(clients().accounts.list_customers, ListCustomers)
    return render_template("admin/accounts/customers.html", listing=listing)


@pages.route("/customers/new", methods=["GET", "POST"])
@page_for(SELLERS)
def new_customer() -> Shown:
    """Make a customer with its login and first user in one form."""
    form = CustomerForm()
    made = attempt(form, lambda: create_customer(form.question()))
    if made is not None:
        flash(f"{made.person.first_name} {made.person.last_name} was made.")
        return redirect(url_for("accounts_pages.show_customer", customer_id=made.id))
    page = render_template("admin/accounts/customer_form.html", form=form)
    return page, status_of(form)


@pages.get("/customers/<uuid:customer_id>")
@page_for(STAFF_AND_SUPPORT)
def show_customer(customer_id: UUID) -> str:
    """One customer with its users, balance and subscriptions."""
    page = page_of_customer(customer_id)
    return render_template("admin/accounts/customer.html", page=page)


@pages.route("/customers/<uuid:customer_id>/edit", methods=["GET", "POST"])
@page_for(SELLERS)
def edit_customer(customer_id: UUID) -> Shown:
    """Change a customer's data."""
    customer = _customer(customer_id)
    form = PersonForm(obj=customer.person)
    if hasattr(form, "partner_id"):
        del form.partner_id
    changed = attempt(form, lambda: _update(customer_id, form.person()))
    if changed is not None:
        flash("The data was changed.")
        return redirect(
            url_for("accounts_pages.show_customer", customer_id=customer_id)
        )
    page = render_template(
        "admin/accounts/person_form.html", form=form, customer=customer
    )
    return page, status_of(form)


@pages.route("/customers/<uuid:customer_id>/delete", methods=["GET", "POST"])
@page_for(SELLERS)
def delete_customer(customer_id: UUID) -> Shown:
    """Say what goes with a customer, ask, and delete it."""
    customer = _customer(customer_id)
    form = LineupForm()
    question = DeleteCustomer(customer_id=customer_id)
    gone = attempt(
        form, lambda: clients().accounts.delete_customer(context(), question)
    )
    if gone is not None:
        flash("The customer was deleted.")
        return redirect(url_for("accounts_pages.list_customers"))
    page = render_template(
        "admin/accounts/customer_delete.html", form=form, customer=customer
    )
    return page, status_of(form)


def _customer(customer_id: UUID) -> CustomerView:
    return clients().accounts.get_customer(
        context(), GetCustomer(customer_id=customer_id), timeout=READ_SECONDS
    )


def _update(customer_id: UUID, person: Person) -> CustomerView:
    question = UpdateCustomer(customer_id=customer_id, person=person)
    return clients().accounts.update_customer(context(), question)
