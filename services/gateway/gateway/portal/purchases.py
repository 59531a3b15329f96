"""Buying, renewing, stopping, and the renewal switch: by staff or by the customer."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from gateway.asking import actor, context
from gateway.ground import clients
from gateway.panel.display import day_text, money_text
from gateway.panel.forms import LineupForm, attempt, status_of
from gateway.panel.guard import page_for, roles_of
from gateway.portal.purchase_forms import BuyForm, Offer, StopForm, offers_of
from gateway.portal.users import Shown, address_of, back_to, pages, user_of
from gateway.waiting import once_it_arrived, purchase
from lineup.context import SELLERS_AND_CUSTOMERS, Role
from lineup.contracts.accounts import UserView
from lineup.contracts.billing import (
    CountFrom,
    GetSubscription,
    ListSubscriptions,
    PurchaseQuote,
    QuotePurchase,
    QuoteStop,
    SubscriptionState,
    SubscriptionView,
    SwitchRenewal,
)
from lineup.contracts.paging import Paging
from lineup.errors import Conflict

__all__ = ["pages"]
"""The users' pages, with these hung into them."""


@pages.route("/users/<uuid:user_id>/buy", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def buy(user_id: UUID) -> Shown:
    """Choose a plan, see what it costs and gives, and buy it from the balance."""
    user = user_of(user_id)
    form = BuyForm()
    bought = attempt(form, lambda: purchase(form.question(user_id)))
    if bought is not None:
        words = (
            f"{user.name} has {bought.product_name} until {day_text(bought.ends_at)}."
        )
        flash(words)
        return back_to(user.customer_id)
    return _offer(user, form), status_of(form)


@pages.post("/users/<uuid:user_id>/renewal")
@page_for(SELLERS_AND_CUSTOMERS)
def switch_renewal(user_id: UUID) -> Shown:
    """Turn a user's automatic renewal on or off."""
    user = user_of(user_id)
    renews = request.form.get("renews") == "on"
    question = SwitchRenewal(user_id=user_id, renews=renews)
    clients().billing.switch_renewal(context(), question)
    if request.form.get("to") == "renewal":
        return redirect(_renewal_address(user.customer_id))
    flash(f"{user.name} {'renews by itself' if renews else 'ends by itself'} now.")
    return back_to(user.customer_id)


@pages.route("/users/<uuid:user_id>/stop", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def stop_user(user_id: UUID) -> Shown:
    """The same for whatever a user has running; back when that is nothing."""
    running = ListSubscriptions(
        user_id=user_id, state=SubscriptionState.RUNNING, paging=Paging(limit=1)
    )
    found = clients().billing.list_subscriptions(context(), running)
    if not found.items:
        flash("Nothing is running.")
        return back_to(user_of(user_id).customer_id)
    return _stop(found.items[0])


@pages.route("/subscriptions/<uuid:subscription_id>/stop", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS)
def stop(subscription_id: UUID) -> Shown:
    """Say what comes back, ask, and stop."""
    return _stop(_subscription(subscription_id))


def _stop(subscription: SubscriptionView) -> Shown:
    form = StopForm()
    receipt = attempt(
        form,
        lambda: clients().billing.stop_subscription(
            context(), form.question(subscription.id)
        ),
    )
    if receipt is not None:
        flash(f"Stopped; {money_text(receipt.refunded)} went back to the balance.")
        return back_to(subscription.customer_id)
    return _ask_to_stop(form, subscription)


def _offer(user: UserView, form: BuyForm) -> str:
    """The page of plans, with what the chosen one costs and gives."""
    offers = offers_of(user.partner_id)
    chosen = _chosen(user, offers, form)
    quote, refusal = None, None
    if chosen is not None:
        form.plan_id.data = str(chosen.plan.id)
        quote, refusal = _quoted(user, chosen, form.count_from.data)
    return render_template(
        "portal/buy.html",
        form=form,
        user=user,
        offers=offers,
        chosen=chosen,
        quote=quote,
        refusal=refusal,
        back=address_of(user.customer_id),
        top_up_address=_top_up_address(user.customer_id),
    )


def _chosen(user: UserView, offers: list[Offer], form: BuyForm) -> Offer | None:
    """What was chosen, else what the user has now, else the first on sale."""
    said = form.plan_id.data or request.args.get("plan_id", "")
    known = {str(offer.plan.id): offer for offer in offers}
    if said in known:
        return known[said]
    last = _last_plan(user.id)
    return known.get(str(last)) or next(iter(offers), None)


def _last_plan(user_id: UUID) -> UUID | None:
    newest = ListSubscriptions(user_id=user_id, paging=Paging(limit=1))
    found = clients().billing.list_subscriptions(context(), newest)
    return found.items[0].plan_id if found.items else None


def _quoted(
    user: UserView, offer: Offer, count_from: str
) -> tuple[PurchaseQuote | None, Conflict | None]:
    """What buying would do, or why it cannot be done."""
    question = QuotePurchase(
        user_id=user.id, plan_id=offer.plan.id, count_from=CountFrom(count_from)
    )
    try:
        quote = once_it_arrived(
            lambda: clients().billing.quote_purchase(context(), question),
            lambda: user,
            missing="user_not_found",
        )
    except Conflict as refusal:
        return None, refusal
    return quote, None


def _ask_to_stop(form: LineupForm, subscription: SubscriptionView) -> Shown:
    question = QuoteStop(subscription_id=subscription.id)
    page = render_template(
        "portal/stop.html",
        form=form,
        subscription=subscription,
        quote=clients().billing.quote_stop(context(), question),
        back=address_of(subscription.customer_id),
    )
    return page, status_of(form)


def _subscription(subscription_id: UUID) -> SubscriptionView:
    question = GetSubscription(subscription_id=subscription_id)
    return clients().billing.get_subscription(context(), question)


def _renewal_address(customer_id: UUID) -> str:
    if actor().role is Role.CUSTOMER:
        return url_for("portal_money.renewal")
    return url_for("money_pages.customer_renewal", customer_id=customer_id)


def _top_up_address(customer_id: UUID) -> str:
    """Where this role puts money on the balance; empty where it cannot."""
    if actor().role not in roles_of("money_pages.top_up"):
        return ""
    return url_for("money_pages.top_up", customer_id=customer_id)
