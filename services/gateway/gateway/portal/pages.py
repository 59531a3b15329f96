"""The page a customer lands on: its users and what runs, its balance, what renews."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, render_template

from gateway.app_context import app_context
from gateway.customers import page_of_customer
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional_if_known
from gateway.request_context import actor, ask_later
from lineup.context import Role
from lineup.contracts.billing.subscriptions import GetRenewalOverview
from lineup.errors import NotFound

pages = Blueprint("portal", __name__)


@pages.get("/my")
@page_for(frozenset({Role.CUSTOMER}))
def my_page() -> str:
    """The customer's users, what runs and for how long, what the next renewal needs."""
    own = own_id()
    pending = ask_later(GetRenewalOverview(customer_id=own))
    return render_template(
        "portal/my.html",
        page=page_of_customer(own),
        renewals=optional_if_known(pending),
        days_left=days_left,
    )


def own_id() -> UUID:
    """The customer that is signed in."""
    account_id = actor().account_id
    if account_id is None:
        raise NotFound
    return account_id


def days_left(ends_at: datetime) -> str:
    """How long something still runs, in whole days: "today", "1 day", "12 days"."""
    days = (ends_at - app_context().clock.now()).days
    return "today" if days < 1 else f"{days} day{'s' if days > 1 else ''}"
