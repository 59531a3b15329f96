"""Pages about partners, resellers and dealers: lists, making, changing, deleting."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.account_form import DELETE, AccountForm
from gateway.admin.people.seller_forms import (
    AccountAccessForm,
    NewAccountForm,
    NewCompanyForm,
    NewPartnerForm,
    NewSellerForm,
)
from gateway.panel.display import label_of
from gateway.panel.filters import Choice, Id, TextFilter
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional, optional_if_known, wait_for
from gateway.panel.tables import Column, Table
from gateway.request_context import actor, ask, ask_later
from lineup.context import OPERATORS, PARTNERS, SELLERS, SELLERS_AND_SUPPORT, Role
from lineup.contracts.accounts.api_keys import GetAccountAccess, UpdateAccountAccess
from lineup.contracts.accounts.jobs import CountAccount
from lineup.contracts.accounts.partner_packages import OPERATORS_AND_SUPPORT
from lineup.contracts.accounts.seller_plans import GetSellerLimits
from lineup.contracts.accounts.tree import (
    AccountKind,
    AccountView,
    CreateAccount,
    GetAccount,
    ListAccounts,
    Status,
    UpdateAccount,
)
from lineup.contracts.billing.wallets import GetBalances

pages = Blueprint("sellers_pages", __name__)

OF_OPERATOR = frozenset({AccountKind.PARTNER, AccountKind.RESELLER_COMPANY})
STATES = [
    (state.value, label_of(state))
    for state in (Status.ACTIVE, Status.INACTIVE, Status.DELETED)
]

ACCOUNTS = Table(
    "accounts",
    Column("name", "Name", order="name"),
    Column("username", "Username", order="username"),
    Column("email", "Email"),
    Column("phone", "Phone", is_hidden=True),
    Column("state", "Status", order="state"),
    Column("customer_count", "Customers", is_numeric=True),
    Column("currency", "Currency", is_hidden=True),
    Column("time_zone", "Time zone", is_hidden=True),
    Column("created_at", "Created", order="created_at"),
    Column("acts", ""),
    filters=(
        TextFilter("Name, username or email"),
        Choice("state", "Status", STATES, convert=Status),
        Id("partner_id", "Partner"),
    ),
    order="-created_at",
)


WORDS = {
    AccountKind.DEALER: ("Dealers", "New dealer", "list_dealers"),
    AccountKind.RESELLER: ("Resellers", "New reseller", "list_resellers"),
    AccountKind.RESELLER_COMPANY: (
        "Reseller companies",
        "New reseller company",
        "list_reseller_companies",
    ),
    AccountKind.PARTNER: ("Partners", "New partner", "list_partners"),
}
"""How each kind's list and its first button are called, and where it is."""
NEW_FORMS: Mapping[AccountKind, type[NewAccountForm]] = {
    AccountKind.PARTNER: NewPartnerForm,
    AccountKind.RESELLER_COMPANY: NewCompanyForm,
}


@pages.get("/providers")
@page_for(SELLERS_AND_SUPPORT)
def list_dealers() -> str:
    """The dealers below oneself."""
    return _list(AccountKind.DEALER)


@pages.get("/providers/resellers")
@page_for(SELLERS_AND_SUPPORT)
def list_resellers() -> str:
    """The resellers below oneself."""
    return _list(AccountKind.RESELLER)


@pages.get("/providers/partners")
@page_for(OPERATORS_AND_SUPPORT)
def list_partners() -> str:
    """All partners of the installation."""
    return _list(AccountKind.PARTNER)


@pages.get("/providers/reseller-companies")
@page_for(OPERATORS_AND_SUPPORT)
def list_reseller_companies() -> str:
    """All resellers that look for partners by themselves."""
    return _list(AccountKind.RESELLER_COMPANY)


@pages.route("/providers/dealers/new", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CreateAccount)
def new_dealer() -> ResponseReturnValue:
    """Make a dealer with its login; it can sign in at once."""
    return _new(AccountKind.DEALER)


@pages.route("/providers/resellers/new", methods=["GET", "POST"])
@page_for(PARTNERS, asks=CreateAccount)
def new_reseller() -> ResponseReturnValue:
    """Make a reseller with its login."""
    return _new(AccountKind.RESELLER)


@pages.route("/providers/partners/new", methods=["GET", "POST"])
@page_for(OPERATORS, asks=CreateAccount)
def new_partner() -> ResponseReturnValue:
    """Make a partner with its login."""
    return _new(AccountKind.PARTNER)


@pages.route("/providers/reseller-companies/new", methods=["GET", "POST"])
@page_for(OPERATORS, asks=CreateAccount)
def new_reseller_company() -> ResponseReturnValue:
    """Make a reseller that looks for partners by itself, with its login."""
    return _new(AccountKind.RESELLER_COMPANY)


@pages.get("/accounts/<uuid:account_id>")
@page_for(SELLERS_AND_SUPPORT)
def show_account(account_id: UUID) -> str:
    """Who an account is, what lies below it, what it owes its customers."""
    account = account_of(account_id)
    counting = ask_later(CountAccount(account_id=account_id))
    limiting = ask_later(GetSellerLimits(account_id=account_id))
    owing = ask_later(GetBalances(account_id=account_id))
    wait_for(counting, limiting, owing)
    return render_template(
        "admin/people/sellers/account.html",
        account=account,
        counts=optional(counting),
        limits=optional(limiting),
        balances=optional_if_known(owing),
        may_edit=account.may_edit is not False,
    )


@pages.route("/accounts/<uuid:account_id>/edit", methods=["GET", "POST"])
@page_for(SELLERS, asks=UpdateAccount)
def edit_account(account_id: UUID) -> ResponseReturnValue:
    """Change an account, switch it off or on, or go on to delete it."""
    account = account_of(account_id)
    form = AccountForm.of(account, may_switch=account.may_switch is not False)
    if "state" in form and form.is_submitted() and form.state.data == DELETE:
        return redirect(url_for("seller_jobs.delete_account", account_id=account_id))
    return form_page(
        "admin/people/sellers/edit.html",
        form,
        lambda: ask(form.to_request(account_id)),
        lambda changed: go_to(
            url_for("sellers_pages.show_account", account_id=account_id),
            f"{changed.name} was saved.",
        ),
        account=account,
    )


def account_of(account_id: UUID) -> AccountView:
    """An account; NotFound outside one's part of the tree."""
    return ask(GetAccount(account_id=account_id))


def _list(kind: AccountKind) -> str:
    title, first, _ = WORDS[kind]
    listing = ACCOUNTS.listing_of(ListAccounts, kind=kind)
    return render_template(
        "admin/people/sellers/list.html",
        listing=listing,
        kind=kind,
        heading=title,
        first_words=first,
        kinds=_kinds(),
        may_add=_may_add(kind),
    )


def _kinds() -> list[tuple[AccountKind, str, str]]:
    """The lists one has, each with its title and address."""
    if actor().role in {Role.RESELLER, Role.DEALER}:
        return []
    kinds = [AccountKind.DEALER, AccountKind.RESELLER]
    if actor().role in OPERATORS_AND_SUPPORT:
        kinds = [AccountKind.PARTNER, AccountKind.RESELLER_COMPANY, *kinds]
    return [
        (kind, WORDS[kind][0], url_for(f"sellers_pages.{WORDS[kind][2]}"))
        for kind in kinds
    ]


def _may_add(kind: AccountKind) -> bool:
    if kind in OF_OPERATOR:
        return actor().role is Role.OPERATOR
    return actor().role in PARTNERS


def _new(kind: AccountKind) -> ResponseReturnValue:
    form = NEW_FORMS.get(kind, NewSellerForm)()
    title, first, endpoint = WORDS[kind]
    return form_page(
        "admin/people/sellers/new.html",
        form,
        lambda: ask(form.to_request(kind)),
        lambda made: go_to(
            url_for("sellers_pages.show_account", account_id=made.id),
            f"{made.name} was created and can sign in as {made.username}.",
        ),
        heading=first,
        back=url_for(f"sellers_pages.{endpoint}"),
        back_words=title,
    )


@pages.route("/accounts/<uuid:account_id>/access", methods=["GET", "POST"])
@page_for(PARTNERS, asks=UpdateAccountAccess)
def edit_access(account_id: UUID) -> ResponseReturnValue:
    """Switch the API of an account, and limit from where its panel is used."""
    account = account_of(account_id)
    form = AccountAccessForm(obj=ask(GetAccountAccess(account_id=account_id)))
    return form_page(
        "admin/people/sellers/access.html",
        form,
        lambda: ask(form.to(UpdateAccountAccess, account_id=account_id)),
        lambda _: go_to(
            url_for(".show_account", account_id=account_id), "Access saved."
        ),
        account=account,
    )
