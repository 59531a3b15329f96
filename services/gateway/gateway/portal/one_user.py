"""One user: how its player is set up, what it watches with, what it has."""

from uuid import UUID

from flask import render_template

from gateway.customers import ALL, newest
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional, wait_for
from gateway.players import card_of
from gateway.portal.users import address_of, pages
from gateway.qr_codes import qr_of
from gateway.request_context import ask_later
from lineup.context import SELLERS_AND_CUSTOMERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.devices import ListDevices
from lineup.contracts.accounts.users import GetUser
from lineup.contracts.billing.subscriptions import ListSubscriptions


@pages.get("/users/<uuid:user_id>")
@page_for(SELLERS_AND_SUPPORT | SELLERS_AND_CUSTOMERS)
def show_user(user_id: UUID) -> str:
    """A user with playlist help, devices and subscription; parts may be away."""
    user = ask_later(GetUser(user_id=user_id))
    devices = ask_later(ListDevices(user_id=user_id, paging=ALL))
    subscriptions = ask_later(ListSubscriptions(user_id=user_id))
    wait_for(user, devices, subscriptions)
    card = card_of(user.reply())
    bought = optional(subscriptions)
    return render_template(
        "portal/user.html",
        user=card,
        devices=optional(devices),
        billing_is_away=bought.is_away,
        subscription=newest(bought.value.items if bought.value else ()),
        qr=card.playlist_url and qr_of(card.playlist_url),
        back=address_of(card.customer_id),
    )
