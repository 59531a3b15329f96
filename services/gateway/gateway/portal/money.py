"""The customer's own money: balance and statement, renewal switches."""

from flask import Blueprint, Response, render_template

from gateway.balances import ENTRIES, renewal_of, statement_file, statement_of
from gateway.panel.exports import file_address
from gateway.panel.guard import page_for
from gateway.portal.pages import own_id
from lineup.context import Role
from lineup.contracts.billing.wallets import GetWallet

pages = Blueprint("portal_money", __name__)

CUSTOMERS = frozenset({Role.CUSTOMER})


@pages.get("/my/balance")
@page_for(CUSTOMERS, asks=GetWallet)
def balance() -> str:
    """The balance, and everything that moved on it."""
    return render_template(
        "portal/balance.html",
        shown=statement_of(own_id(), ENTRIES),
        file=file_address("portal_money.export"),
    )


@pages.get("/my/statement.csv")
@page_for(CUSTOMERS)
def export() -> Response:
    """The same statement as a file."""
    return statement_file(own_id(), ENTRIES)


@pages.get("/my/renewal")
@page_for(CUSTOMERS)
def renewal() -> str:
    """Every user's renewal switch with the total due and the balance."""
    return render_template("portal/renewal.html", overview=renewal_of(own_id()))
