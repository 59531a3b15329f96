"""Buying, renewing, stopping, and the renewal switch: by staff or by the customer."""

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from gateway.panel.amounts import read_amount
from gateway.panel.display import day_text, returned_text
from gateway.panel.forms import form_page, go_to, status_of, submit
from gateway.panel.guard import may_open, page_for
from gateway.panel.optional_results import optional_if_known
from gateway.portal.purchase_forms import (
    BuyForm,
    Offer,
    StopForm,
    had_trial,
    offers_of,
    renewable,
)
from gateway.portal.users import address_of, pages, user_of
from gateway.request_context import actor, ask, ask_later
from gateway.return_paths import return_path
from gateway.selling import buy_for_cash
from lineup.context import SELLERS_AND_CUSTOMERS, Role
from lineup.contracts.accounts.users import UserView
from lineup.contracts.billing.refusals import PlanRetired
from lineup.contracts.billing.subscriptions import (
    CountFrom,
    GetRenewal,
    GetSubscription,
    ListSubscriptions,
    Purchase,
    PurchaseQuote,
    QuotePurchase,
    QuoteStop,
    RenewalView,
    StopSubscription,
    SubscriptionState,
    SubscriptionView,
    SwitchRenewal,
)
from lineup.contracts.paging import Paging
from lineup.errors import Conflict, Forbidden
from lineup.money import CREDIT


@pages.route("/users/<uuid:user_id>/buy", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=Purchase)
def buy(user_id: UUID) -> ResponseReturnValue:
    """Choose a plan, see what it costs and gives, and buy it from the balance."""
    user = user_of(user_id)
    form = BuyForm()
    bought = submit(form, lambda: _purchase(form, user))
    if bought is None:
        return _offer(user, form), status_of(form)
    until = day_text(bought.ends_at)
    message = f"{user.name} has {bought.product_name} until {until}."
    return go_to(address_of(user.customer_id), message)


@pages.post("/users/<uuid:user_id>/renewal")
@page_for(SELLERS_AND_CUSTOMERS, asks=SwitchRenewal)
def switch_renewal(user_id: UUID) -> ResponseReturnValue:
    """Turn a user's automatic renewal on or off."""
    user = user_of(user_id)
    renews = request.form.get("renews") == "on"
    ask(SwitchRenewal(user_id=user_id, renews=renews))
    to = request.form.get("to", "")
    if to == "renewal":
        return go_to(_renewal_address(user.customer_id))
    does = "auto-renews" if renews else "no longer renews automatically"
    back = return_path(to) or address_of(user.customer_id)
    return go_to(back, f"{user.name} {does}.")


@pages.route("/users/<uuid:user_id>/stop", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=StopSubscription)
def stop_user(user_id: UUID) -> ResponseReturnValue:
    """The same for whatever a user has running; back when that is nothing."""
    running = ListSubscriptions(
        user_id=user_id, state=SubscriptionState.RUNNING, paging=Paging(limit=1)
    )
    found = ask(running)
    if not found.items:
        back = address_of(user_of(user_id).customer_id)
        return go_to(back, "There is no active subscription.")
    return _stop(found.items[0])


@pages.route("/subscriptions/<uuid:subscription_id>/stop", methods=["GET", "POST"])
@page_for(SELLERS_AND_CUSTOMERS, asks=StopSubscription)
def stop(subscription_id: UUID) -> ResponseReturnValue:
    """Say what comes back, ask, and stop."""
    return _stop(ask(GetSubscription(subscription_id=subscription_id)))


def _stop(subscription: SubscriptionView) -> ResponseReturnValue:
    form = StopForm()
    back = address_of(subscription.customer_id)
    return form_page(
        "portal/stop.html",
        form,
        lambda: ask(form.to(StopSubscription, subscription_id=subscription.id)),
        lambda receipt: go_to(
            back,
            f"Stopped. {returned_text(receipt, 'was')}.",
        ),
        subscription=subscription,
        returned=lambda: returned_text(
            ask(QuoteStop(subscription_id=subscription.id)), "will be"
        ),
        back=back,
    )


def _purchase(form: BuyForm, user: UserView) -> SubscriptionView:
    """Buy from the balance, or with money that is taken for it now."""
    purchase = form.to(Purchase, user_id=user.id)
    if not form.taken.data:
        return ask(purchase)
    if not _takes_money():
        raise Forbidden
    offers = offers_of(user.partner_id, had_trial=False)
    prices = {offer.plan.id: offer.plan.price for offer in offers}
    price = prices.get(purchase.plan_id)
    if price is None:
        raise PlanRetired
    taken = read_amount(form.taken.data, price.asset)
    return buy_for_cash(user.customer_id, taken, purchase)


def _offer(user: UserView, form: BuyForm) -> str:
    """The page of plans, with what the chosen one costs and gives."""
    offers = offers_of(user.partner_id, had_trial=had_trial(user.customer_id))
    offers = [*renewable(user.id), *offers]
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
        takes_money=_takes_money() and not _is_on_credits(quote),
        renewal=_renewal_of(user),
    )


def _chosen(user: UserView, offers: list[Offer], form: BuyForm) -> Offer | None:
    """What was chosen, else what the user has now, else the first on sale."""
    plan_id = form.plan_id.data or request.args.get("plan_id", "")
    known = {str(offer.plan.id): offer for offer in offers}
    if plan_id in known:
        return known[plan_id]
    last = _last_plan(user.id)
    return known.get(str(last)) or next(iter(offers), None)


def _last_plan(user_id: UUID) -> UUID | None:
    found = ask(ListSubscriptions(user_id=user_id, paging=Paging(limit=1)))
    return found.items[0].plan_id if found.items else None


def _quoted(
    user: UserView, offer: Offer, count_from: str
) -> tuple[PurchaseQuote | None, Conflict | None]:
    """What buying would do, or why it cannot be done."""
    rpc_request = QuotePurchase(
        user_id=user.id, plan_id=offer.plan.id, count_from=CountFrom(count_from)
    )
    try:
        quote = ask(rpc_request)
    except Conflict as refusal:
        return None, refusal
    return quote, None


def _renewal_address(customer_id: UUID) -> str:
    if actor().role is Role.CUSTOMER:
        return url_for("portal_money.renewal")
    return url_for("money_pages.customer_renewal", customer_id=customer_id)


def _takes_money() -> bool:
    """Whether this role can put money on a balance."""
    return may_open("money_pages.top_up")


def _is_on_credits(quote: PurchaseQuote | None) -> bool:
    """Whether a seller pays with its Credits, and no money is taken."""
    return quote is not None and quote.price.asset == CREDIT


def _renewal_of(user: UserView) -> RenewalView | None:
    """The user's switch; None while billing has not heard of it."""
    return optional_if_known(ask_later(GetRenewal(user_id=user.id))).value
