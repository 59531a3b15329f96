"""Pages about partners, sellers and customers."""


from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from gateway.admin.forms import AccountForm
from gateway.asking import actor, context
from gateway.ground import clients
from gateway.panel.filters import Choice, Text
from gateway.panel.forms import attempt, status_of
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from lineup.context import PARTNERS, STAFF_AND_SUPPORT, Role
from lineup.contracts.accounts import (
    AccountKind,
    ListAccounts,
    Status,
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
