"""The page a customer lands on: its users and what runs, its balance, what renews."""

from flask import Blueprint, render_template

from gateway.asking import actor, context
from gateway.customers import page_of_customer
from gateway.ground import clients
from gateway.panel.guard import page_for
from gateway.panel.parts import READ_SECONDS, Part, part
from lineup.context import Role
from lineup.contracts.billing import GetRenewalOverview, RenewalOverview
from lineup.errors import NotFound
from lineup.rpc import Answer

pages = Blueprint("portal", __name__)


@pages.get("/my")
@page_for(frozenset({Role.CUSTOMER}))
def my_page() -> str:
    """The customer's users, what runs and for how long, what the next renewal needs."""
    account_id = actor().account_id
    if account_id is None:
        raise NotFound
    asked = clients().billing.get_renewal_overview.later(
        context(), GetRenewalOverview(customer_id=account_id), timeout=READ_SECONDS
    )
    return render_template(
        "portal/my.html", page=page_of_customer(account_id), renewals=_renewals(asked)
    )


def _renewals(asked: Answer[RenewalOverview]) -> Part[RenewalOverview]:
    """What renews; away, too, while billing does not know a new customer yet."""
    try:
        return part(asked)
    except NotFound:
        return Part(None)
