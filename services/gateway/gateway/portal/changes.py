"""Changing the product of a subscription: by staff or by the customer."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import HiddenField
from wtforms.validators import InputRequired

from gateway.panel.display import day_text
from gateway.panel.forms import LineupForm, confirm_page, go_to, status_of, submit
from gateway.panel.guard import page_for
from gateway.portal.purchase_forms import Offer, offers_of
from gateway.portal.users import address_of, pages, user_of
from gateway.request_context import ask
from lineup.context import SELLERS_AND_CUSTOMERS
from lineup.contracts.billing.product_changes import (
    ChangeQuote,
    ChangeSubscription,
    ChangeWay,
    QuoteChange,
    WithdrawChange,
)
from lineup.contracts.billing.subscriptions import GetSubscription, SubscriptionView
from lineup.errors import Conflict

WAYS = {
    ChangeWay.NEW_PERIOD: (
        "Start a new period now",
        "What is left counts towards its price.",
    ),
    ChangeWay.KEEP_END: (
        "Keep the end date",
        "The rest is paid at the new price, less what is left.",
    ),
    ChangeWay.INTO_TIME: (
        "Turn what is left into time",
        "Nothing is paid; the end date moves.",
    ),
    ChangeWay.AT_END: (
        "Change when it renews",
        "Nothing changes before; auto-renewal must be on then.",
    ),
}


class ChangeForm(LineupForm):
    """The change that was looked at and is to be made."""

    plan_id = HiddenField("Plan", [InputRequired()])
    way = HiddenField("Way", [InputRequired()])

    def __init__(self) -> None:
        super().__init__()
        way = self.way.data or request.args.get("way", "")
        self.way.data = way if way in {*ChangeWay} else ChangeWay.NEW_PERIOD.value


@pages.route("/subscriptions/<uuid:subscription_id>/change", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=ChangeSubscription)
def change(subscription_id: UUID) -> ResponseReturnValue:
    """Choose another product and a way, see what that costs and gives, and change."""
    subscription = ask(GetSubscription(subscription_id=subscription_id))
    form = ChangeForm()
    changed = submit(
        form,
        lambda: ask(form.to(ChangeSubscription, subscription_id=subscription_id)),
    )
    if changed is None:
        return _offer(subscription, form), status_of(form)
    return go_to(address_of(subscription.customer_id), _message_of(changed))


@pages.route(
    "/subscriptions/<uuid:subscription_id>/change/withdraw", methods=["GET", "POST"]
)
@page_for(SELLERS_AND_CUSTOMERS, asks=WithdrawChange)
def withdraw_change(subscription_id: UUID) -> ResponseReturnValue:
    """Ask, and stay with the product."""
    subscription = ask(GetSubscription(subscription_id=subscription_id))
    back = address_of(subscription.customer_id)
    return confirm_page(
        "portal/change_withdraw.html",
        WithdrawChange(subscription_id=subscription_id),
        back,
        "The change was withdrawn.",
        subscription=subscription,
        back=back,
    )


def _message_of(changed: SubscriptionView) -> str:
    name = changed.user_name or "The user"
    if changed.next_plan_id is not None:
        until = day_text(changed.ends_at)
        return f"{name} changes to {changed.next_product_name} on {until}."
    return f"{name} has {changed.product_name} until {day_text(changed.ends_at)}."


def _offer(subscription: SubscriptionView, form: ChangeForm) -> str:
    """The page of other products, with what the chosen one costs and gives."""
    partner_id = user_of(subscription.user_id).partner_id
    offers = [
        offer
        for offer in offers_of(partner_id, had_trial=True)
        if offer.product.id != subscription.product_id and not offer.product.is_trial
    ]
    chosen = _chosen(offers, form)
    quote, refusal = None, None
    if chosen is not None:
        form.plan_id.data = str(chosen.plan.id)
        quote, refusal = _quoted(subscription, chosen, form)
    return render_template(
        "portal/change.html",
        form=form,
        subscription=subscription,
        offers=offers,
        chosen=chosen,
        ways=WAYS,
        quote=quote,
        refusal=refusal,
        back=address_of(subscription.customer_id),
    )


def _chosen(offers: list[Offer], form: ChangeForm) -> Offer | None:
    plan_id = form.plan_id.data or request.args.get("plan_id", "")
    known = {str(offer.plan.id): offer for offer in offers}
    return known.get(plan_id) or next(iter(offers), None)


def _quoted(
    subscription: SubscriptionView, offer: Offer, form: ChangeForm
) -> tuple[ChangeQuote | None, Conflict | None]:
    """What the change would do, or why it cannot be made."""
    wanted = QuoteChange(
        subscription_id=subscription.id,
        plan_id=offer.plan.id,
        way=ChangeWay(form.way.data),
    )
    try:
        return ask(wanted), None
    except Conflict as refusal:
        return None, refusal
