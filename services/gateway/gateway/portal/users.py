"""What is done with users, by staff or by the customer; what they buy: purchases.py."""

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway.panel.display import returned_text
from gateway.panel.entries import entry
from gateway.panel.forms import LineupForm, form_page, go_to, id_of
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional
from gateway.players import card_of
from gateway.read_your_writes import until_link_answers
from gateway.request_context import actor, ask, ask_later
from lineup.context import SELLERS_AND_CUSTOMERS, Role
from lineup.contracts.accounts.users import (
    CreateUser,
    DeleteUser,
    GetUser,
    RenameUser,
    UserView,
)
from lineup.contracts.billing.subscriptions import (
    ListSubscriptions,
    QuoteStop,
    StopReceipt,
    StopSubscription,
    SubscriptionState,
)
from lineup.contracts.paging import Paging

pages = Blueprint("users", __name__)


class NameForm(LineupForm):
    """A user's name: free text."""

    asks = CreateUser
    name = entry("Name")


def back_to(customer_id: UUID) -> Answer:
    """The page one came from: the customer's, as this role sees it."""
    return redirect(address_of(customer_id))


def address_of(customer_id: UUID) -> str:
    """The address of a customer's page, as this role sees it."""
    if actor().role is Role.CUSTOMER:
        return url_for("portal.my_page")
    return url_for("customers_pages.show_users", customer_id=customer_id)


@pages.route("/customers/<uuid:customer_id>/users/new", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=CreateUser)
def new_user(customer_id: UUID) -> ResponseReturnValue:
    """Add a user; its link answers when this returns."""
    form = NameForm()
    return form_page(
        "portal/user_form.html",
        form,
        lambda: _create(form.to(CreateUser, customer_id=customer_id)),
        lambda made: go_to(address_of(customer_id), f"{made.name} was added."),
        back=address_of(customer_id),
        user=None,
    )


@pages.route("/users/<uuid:user_id>/rename", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=RenameUser)
def rename_user(user_id: UUID) -> ResponseReturnValue:
    """Give a user another name."""
    user = user_of(user_id)
    form = NameForm(obj=user)
    return form_page(
        "portal/user_form.html",
        form,
        lambda: ask(form.to(RenameUser, user_id=user_id)),
        lambda _: back_to(user.customer_id),
        user=user,
        back=address_of(user.customer_id),
    )


@pages.route("/users/<uuid:user_id>/delete", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=DeleteUser)
def delete_user(user_id: UUID) -> ResponseReturnValue:
    """Ask, and delete a user; what runs is stopped with it, the rest paid back."""
    user, stop = user_of(user_id), _stop_of(user_id)
    back = address_of(user.customer_id)
    return form_page(
        "portal/user_delete.html",
        LineupForm(),
        lambda: _delete(user_id),
        lambda refund: go_to(back, f"{user.name} was deleted{refund}."),
        user=card_of(user),
        stop=stop,
        returned=returned_text(stop, "is") if stop else "",
        back=back,
    )


def _stop_of(user_id: UUID) -> StopReceipt | None:
    """What stopping what a user has running would give back; None: nothing runs."""
    running = ListSubscriptions(
        user_id=user_id, state=SubscriptionState.RUNNING, paging=Paging(limit=1)
    )
    found = optional(ask_later(running)).value
    if not (found and found.items):
        return None
    quote = ask_later(QuoteStop(subscription_id=found.items[0].id))
    return optional(quote).value


def _delete(user_id: UUID) -> str:
    """Delete a user, stopped first where the form says so; what came back, in words."""
    words, stopped = "", request.form.get("stops", "")
    if stopped:
        receipt = ask(StopSubscription(subscription_id=id_of(stopped)), step="stop")
        words = f" and {returned_text(receipt, 'was')}"
    ask(DeleteUser(user_id=user_id), step="delete")
    return words


def _create(rpc_request: CreateUser) -> UserView:
    user = ask(rpc_request)
    until_link_answers(user)
    return user


def user_of(user_id: UUID) -> UserView:
    """A user as accounts has it; NotFound outside the scope."""
    return ask(GetUser(user_id=user_id))
