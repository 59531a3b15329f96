"""Renewing all users of a customer: the total first, by staff or by the customer."""

from uuid import UUID

from flask.typing import ResponseReturnValue
from wtforms import HiddenField
from wtforms.validators import InputRequired

from gateway.panel.amounts import read_amount
from gateway.panel.display import money_text
from gateway.panel.forms import LineupForm, form_page, go_to
from gateway.panel.guard import page_for
from gateway.portal.users import address_of, pages
from gateway.request_context import ask
from lineup.context import SELLERS_AND_CUSTOMERS
from lineup.contracts.billing.renewing import (
    QuoteUserRenewals,
    RenewUsers,
    UserRenewals,
)
from lineup.money import Money


class RenewAllForm(LineupForm):
    """The total that was looked at and is to be paid."""

    amount = HiddenField("Total", [InputRequired()])


@pages.route("/customers/<uuid:customer_id>/renew-all", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=RenewUsers)
def renew_all(customer_id: UUID) -> ResponseReturnValue:
    """Say what one more period for all users costs and gives, ask, and renew them."""
    quote = ask(QuoteUserRenewals(customer_id=customer_id))
    form = RenewAllForm()
    shown = _shown(form, quote)
    return form_page(
        "portal/renew_all.html",
        form,
        lambda: ask(RenewUsers(customer_id=customer_id, total=shown)),
        lambda renewed: go_to(address_of(customer_id), _message_of(renewed)),
        quote=quote,
        back=address_of(customer_id),
    )


def _shown(form: RenewAllForm, quote: UserRenewals) -> Money:
    """The total that the form was shown with; from now on it shows that of now."""
    sent = form.amount.data if form.is_submitted() else None
    form.amount.data = quote.total.decimal()
    return read_amount(sent, quote.total.asset) if sent else quote.total


def _message_of(renewed: UserRenewals) -> str:
    count = sum(1 for line in renewed.lines if not line.obstacle)
    users = "1 user was" if count == 1 else f"{count} users were"
    return f"{users} renewed for {money_text(renewed.total)}."
