"""The users of a partner, reseller or dealer itself, as a customer of its own."""

from uuid import UUID

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from gateway.admin.people.sellers import account_of
from gateway.panel.forms import LineupForm, form_page, go_to
from gateway.panel.guard import page_for
from gateway.request_context import actor, ask
from lineup.context import OPERATORS, SELLERS
from lineup.contracts.accounts.customers import CustomerView, ListCustomers
from lineup.contracts.accounts.membership import OpenOwnCustomer
from lineup.contracts.paging import Paging
from lineup.errors import NotFound

pages = Blueprint("own_users", __name__)


@pages.route("/own-users", methods=["GET", "POST"])
@page_for(SELLERS - OPERATORS, asks=OpenOwnCustomer)
def my_users() -> ResponseReturnValue:
    """The users of the account that one acts from."""
    account_id = actor().account_id
    if account_id is None:
        raise NotFound
    return _users_of(account_id)


@pages.route("/accounts/<uuid:account_id>/own-users", methods=["GET", "POST"])
@page_for(SELLERS, asks=OpenOwnCustomer)
def users_of(account_id: UUID) -> ResponseReturnValue:
    """The users of an account itself: there, or to be begun with."""
    return _users_of(account_id)


def _users_of(account_id: UUID) -> ResponseReturnValue:
    known = ListCustomers(seller_id=account_id, is_own=True, paging=Paging(limit=1))
    for customer in ask(known).items:
        return _to_users(customer)
    return form_page(
        "admin/people/own_users/begin.html",
        LineupForm(),
        lambda: ask(OpenOwnCustomer(account_id=account_id)),
        _to_users,
        account=account_of(account_id),
        is_mine=account_id == actor().account_id,
    )


def _to_users(customer: CustomerView) -> ResponseReturnValue:
    return go_to(url_for("customers_pages.show_users", customer_id=customer.id))
