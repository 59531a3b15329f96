"""The page a customer lands on: its users, links, balance."""

from flask import Blueprint, render_template

from gateway.asking import actor
from gateway.customers import page_of_customer
from gateway.panel.guard import page_for
from lineup.context import Role
from lineup.errors import NotFound

pages = Blueprint("portal", __name__)


@pages.get("/my")
@page_for(frozenset({Role.CUSTOMER}))
def my_page() -> str:
    """The customer's own users with their links, and its balance."""
    account_id = actor().account_id
    if account_id is None:
        raise NotFound
    return render_template("portal/my.html", page=page_of_customer(account_id))
