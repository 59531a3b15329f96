"""What is kept of a customer: a link to it, for the customer or its seller."""

from uuid import UUID

from flask import Blueprint, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway.app_context import app_context
from gateway.customers import personal_data_url
from gateway.exporting import export_of_customer
from gateway.panel.forms import LineupForm, status_of, submit
from gateway.panel.guard import page_for
from gateway.request_context import actor, ask
from lineup.context import SELLERS, Role
from lineup.contracts.accounts.customers import GetCustomer
from lineup.contracts.accounts.personal_data import ExportCustomer
from lineup.errors import NotFound
from lineup.export_links import ExportOf, account_behind

pages = Blueprint("personal_data", __name__)


@pages.route("/my/personal-data", methods=["GET", "POST"])
@page_for(frozenset({Role.CUSTOMER}))
def own_data() -> ResponseReturnValue:
    """A link to what is kept of oneself."""
    account_id = actor().account_id
    if account_id is None:
        raise NotFound
    return _link_page(account_id, "your personal data", url_for("portal.change_data"))


@pages.route("/customers/<uuid:customer_id>/personal-data", methods=["GET", "POST"])
@page_for(SELLERS, asks=ExportCustomer)
def of_customer(customer_id: UUID) -> ResponseReturnValue:
    """A link to what is kept of a customer, to be given to it."""
    person = ask(GetCustomer(customer_id=customer_id)).person
    back = url_for("customers_pages.show_customer", customer_id=customer_id)
    name = f"{person.first_name} {person.last_name}".strip()
    return _link_page(customer_id, f"the personal data of {name}", back)


@pages.get("/personal-data/<token>")
@page_for(frozenset())
def by_link(token: str) -> Answer:
    """The archive, to whoever has the link."""
    context = app_context()
    now = context.clock.now()
    customer_id = account_behind(context.keyring, token, now, ExportOf.CUSTOMER)
    if customer_id is None:
        abort(404)
    return export_of_customer(customer_id)


def _link_page(customer_id: UUID, what: str, back: str) -> ResponseReturnValue:
    form = LineupForm()
    made = submit(form, lambda: ask(ExportCustomer(customer_id=customer_id)))
    page = render_template(
        "account/personal_data.html",
        form=form,
        made=made,
        url=personal_data_url(made) if made else "",
        what=what,
        back=back,
    )
    return page, status_of(form)
