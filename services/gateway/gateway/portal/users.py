"""What is done with users and their subscriptions, by staff or by the customer."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from gateway.asking import actor, context
from gateway.ground import clients
from gateway.panel.forms import LineupForm, attempt, status_of
from gateway.panel.guard import page_for
from gateway.panel.parts import READ_SECONDS
from gateway.players import card_of
from gateway.portal.forms import BuyForm, NameForm
from gateway.waiting import purchase, until_link_answers
from lineup.context import SELLERS, Role
from lineup.contracts.accounts import (
    CreateUser,
    DeleteUser,
    GetUser,
    RenameUser,
    UserView,
)
from lineup.contracts.billing import (
    GetSubscription,
    QuoteStop,
    StopSubscription,
    SubscriptionView,
    SwitchRenewal,
)

pages = Blueprint("users", __name__)

Shown = str | tuple[str, int] | Answer

SELLERS_AND_CUSTOMERS = SELLERS | {Role.CUSTOMER}


def back_to(customer_id: UUID) -> Answer:
    """The page one came from: the customer's, as this role sees it."""
    return redirect(address_of(customer_id))


def address_of(customer_id: UUID) -> str:
    """The address of a customer's page, as this role sees it."""
    if actor().role is Role.CUSTOMER:
        return url_for("portal.my_page")
    return url_for("accounts_pages.show_customer", customer_id=customer_id)


@pages.route("/customers/<uuid:customer_id>/users/new", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def new_user(customer_id: UUID) -> Shown:
    """Add a user; its link answers when this returns."""
    form = NameForm()
    made = attempt(form, lambda: _create(customer_id, form.name.data or ""))
    if made is not None:
        flash(f"{made.name} was added.")
        return back_to(customer_id)
    page = render_template(
        "portal/user_form.html", form=form, back=address_of(customer_id), user=None
    )
    return page, status_of(form)


@pages.route("/users/<uuid:user_id>/rename", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def rename_user(user_id: UUID) -> Shown:
    """Give a user another name."""
    user = _user(user_id)
    form = NameForm(name=user.name)
    question = RenameUser(user_id=user_id, name=form.name.data or "")
    named = attempt(form, lambda: clients().accounts.rename_user(context(), question))
    if named is not None:
        return back_to(user.customer_id)
    page = render_template(
        "portal/user_form.html", form=form, user=user, back=address_of(user.customer_id)
    )
    return page, status_of(form)


@pages.route("/users/<uuid:user_id>/delete", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def delete_user(user_id: UUID) -> Shown:
    """Ask, and delete a user that has no running subscription (CU-24)."""
    user = _user(user_id)
    form = LineupForm()
    question = DeleteUser(user_id=user_id)
    gone = attempt(form, lambda: clients().accounts.delete_user(context(), question))
    if gone is not None:
        flash(f"{user.name} was deleted.")
        return back_to(user.customer_id)
    page = render_template(
        "portal/user_delete.html",
        form=form,
        user=card_of(user),
        back=address_of(user.customer_id),
    )
    return page, status_of(form)


@pages.route("/users/<uuid:user_id>/buy", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def buy(user_id: UUID) -> Shown:
    """Choose a plan and buy it from the balance."""
    user = _user(user_id)
    form = BuyForm(user.partner_id)
    bought = attempt(form, lambda: purchase(form.question(user_id)))
    if bought is not None:
        flash(f"{user.name} has {bought.product_name} until {bought.ends_at:%d %B %Y}.")
        return back_to(user.customer_id)
    page = render_template(
        "portal/buy.html", form=form, user=user, back=address_of(user.customer_id)
    )
    return page, status_of(form)


@pages.post("/users/<uuid:user_id>/renewal")
@page_for(SELLERS_AND_CUSTOMERS)
def switch_renewal(user_id: UUID) -> Shown:
    """Turn a user's automatic renewal on or off."""
    user = _user(user_id)
    renews = request.form.get("renews") == "on"
    question = SwitchRenewal(user_id=user_id, renews=renews)
    clients().billing.switch_renewal(context(), question)
    flash(f"{user.name} {'renews by itself' if renews else 'ends by itself'} now.")
    return back_to(user.customer_id)


@pages.route("/subscriptions/<uuid:subscription_id>/stop", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def stop(subscription_id: UUID) -> Shown:
    """Say what comes back, ask, and stop."""
    subscription = _subscription(subscription_id)
    form = LineupForm()
    question = StopSubscription(subscription_id=subscription_id)
    receipt = attempt(
        form, lambda: clients().billing.stop_subscription(context(), question)
    )
    if receipt is not None:
        flash(f"Stopped; {receipt.refunded} went back to the balance.")
        return back_to(subscription.customer_id)
    return _ask_to_stop(form, subscription)


def _ask_to_stop(form: LineupForm, subscription: SubscriptionView) -> Shown:
    question = QuoteStop(subscription_id=subscription.id)
    page = render_template(
        "portal/stop.html",
        form=form,
        subscription=subscription,
        quote=clients().billing.quote_stop(context(), question, timeout=READ_SECONDS),
        back=address_of(subscription.customer_id),
    )
    return page, status_of(form)


def _create(customer_id: UUID, name: str) -> UserView:
    question = CreateUser(customer_id=customer_id, name=name)
    user = clients().accounts.create_user(context(), question)
    until_link_answers(user)
    return user


def _user(user_id: UUID) -> UserView:
    question = GetUser(user_id=user_id)
    return clients().accounts.get_user(context(), question, timeout=READ_SECONDS)


def _subscription(subscription_id: UUID) -> SubscriptionView:
    question = GetSubscription(subscription_id=subscription_id)
    return clients().billing.get_subscription(context(), question, timeout=READ_SECONDS)
