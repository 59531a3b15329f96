"""Pages about all customers of a seller: deleted with it, or moved to another."""

from uuid import UUID

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from gateway.admin.people.customers import name_of
from gateway.admin.people.seller_forms import MoveForm, PromotionForm
from gateway.admin.people.sellers import account_of
from gateway.panel.deletion import DeletionForm, blockers_of
from gateway.panel.filters import Id
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import PARTNERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.customers import CountCustomers, GetCustomer
from lineup.contracts.accounts.jobs import (
    CountAccount,
    DeleteAccount,
    GetAccountJob,
    ListAccountJobs,
    MoveCustomer,
    MoveCustomers,
)
from lineup.contracts.accounts.promotion import PromoteCustomer
from lineup.contracts.accounts.tree import AccountView, ListAccounts
from lineup.contracts.billing.deletion_blockers import GetDeletionBlockers
from lineup.contracts.paging import Paging

pages = Blueprint("seller_jobs", __name__)

JOBS = Table(
    "jobs",
    Column("kind", "Type"),
    Column("account_name", "Account"),
    Column("to_account_name", "Moved to"),
    Column("customers_done", "Customers", is_numeric=True),
    Column("users_done", "Users", is_numeric=True),
    Column("state", "Status"),
    Column("actor", "By"),
    Column("created_at", "Started"),
    Column("acts", ""),
    filters=(Id("account_id", "Account"),),
)


@pages.route("/accounts/<uuid:account_id>/delete", methods=["GET", "POST"])
@page_for(PARTNERS, asks=DeleteAccount)
def delete_account(account_id: UUID) -> ResponseReturnValue:
    """Say what goes with a seller, have its login name typed, and delete it."""
    account = account_of(account_id)
    counts = ask(CountAccount(account_id=account_id))
    blockers = blockers_of(GetDeletionBlockers(account_id=account_id))
    has_money = bool(blockers.value and blockers.value.balances)
    form = DeletionForm(account.username, is_forced=has_money, has_money=has_money)
    return form_page(
        "admin/people/sellers/delete.html",
        form,
        lambda: ask(
            form.to(
                DeleteAccount,
                account_id=account_id,
                confirmation=form.typed.data or "",
                force=form.is_forced,
            )
        ),
        lambda job: go_to(url_for("seller_jobs.show_job", job_id=job.id)),
        account=account,
        counts=counts,
        blockers=blockers,
    )


@pages.get("/account-jobs")
@page_for(SELLERS_AND_SUPPORT)
def list_jobs() -> str:
    """What was deleted and moved, by whom, and how many went along."""
    listing = JOBS.listing_of(ListAccountJobs)
    return render_template("admin/people/sellers/jobs.html", listing=listing)


@pages.get("/account-jobs/<uuid:job_id>")
@page_for(SELLERS_AND_SUPPORT)
def show_job(job_id: UUID) -> str:
    """How far a job is."""
    job = ask(GetAccountJob(job_id=job_id))
    return render_template("admin/people/sellers/job.html", job=job)


@pages.route("/accounts/<uuid:account_id>/move", methods=["GET", "POST"])
@page_for(PARTNERS, asks=MoveCustomers)
def move_customers(account_id: UUID) -> ResponseReturnValue:
    """Put all customers of a seller below another one."""
    account = account_of(account_id)
    form = MoveForm(_targets(account.partner_id, leaving=account_id))
    return form_page(
        "admin/people/sellers/move.html",
        form,
        lambda: ask(form.to(MoveCustomers, account_id=account_id)),
        lambda job: go_to(url_for("seller_jobs.show_job", job_id=job.id)),
        heading=f"Move the customers of {account.name}",
        count=ask(CountCustomers(seller_id=account_id, is_own=False)).total,
        back=url_for("sellers_pages.show_account", account_id=account_id),
    )


@pages.route("/customers/<uuid:customer_id>/move", methods=["GET", "POST"])
@page_for(PARTNERS, asks=MoveCustomer)
def move_customer(customer_id: UUID) -> ResponseReturnValue:
    """Put one customer below another seller."""
    customer = ask(GetCustomer(customer_id=customer_id))
    form = MoveForm(_targets(customer.partner_id, leaving=customer.seller_id))
    back = url_for("customers_pages.show_customer", customer_id=customer_id)
    return form_page(
        "admin/people/sellers/move.html",
        form,
        lambda: ask(form.to(MoveCustomer, customer_id=customer_id)),
        lambda _: go_to(back),
        heading=f"Move {name_of(customer)}",
        count=None,
        back=back,
    )


@pages.route("/customers/<uuid:customer_id>/promote", methods=["GET", "POST"])
@page_for(PARTNERS, asks=PromoteCustomer)
def promote_customer(customer_id: UUID) -> ResponseReturnValue:
    """Say what a customer gains and keeps as a dealer, and make it one."""
    form = PromotionForm()
    return form_page(
        "admin/people/customers/promote.html",
        form,
        lambda: ask(form.to(PromoteCustomer, customer_id=customer_id)),
        lambda dealer: go_to(
            url_for("sellers_pages.show_account", account_id=dealer.id),
            f"{dealer.name} is a dealer and signs in as {dealer.username} as before.",
        ),
        customer=ask(GetCustomer(customer_id=customer_id)),
    )


def _targets(partner_id: UUID | None, leaving: UUID | None) -> list[AccountView]:
    """A partner and its first two hundred sellers by name, less the one they leave."""
    paging = Paging(limit=200, order="name")
    found = ask(ListAccounts(partner_id=partner_id, paging=paging))
    return [one for one in found.items if one.id != leaving]
