"""What staff does with one subscription beside selling it."""

from datetime import datetime
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue
from wtforms import DateTimeLocalField
from wtforms.validators import InputRequired

from gateway.admin.sales.subscriptions import pages
from gateway.panel.display import instant_text, zone
from gateway.panel.entries import REQUIRED, chosen_of, entry
from gateway.panel.forms import LineupForm, confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.request_context import ask
from lineup.context import PARTNERS
from lineup.contracts.billing.staff_changes import (
    LiftSuspension,
    SetEndDate,
    SuspendSubscription,
)
from lineup.contracts.billing.subscriptions import (
    GetSubscription,
    SubscriptionView,
    SuspensionCause,
)

CAUSES = {
    SuspensionCause.OTHER: "Something else: lifted by hand",
    SuspensionCause.NON_PAYMENT: "Non-payment: lifted by the next top-up, too",
}
KEPT = "Kept in the history and the audit log."


class EndDateForm(LineupForm):
    """Another end, and why."""

    asks = SetEndDate
    ends_at = DateTimeLocalField(
        "New end date",
        [InputRequired(REQUIRED)],
        description="No money moves: a later end is free, an earlier one gives nothing "
        "back.",
        format="%Y-%m-%dT%H:%M",
    )
    reason = entry("Reason", KEPT)

    def end(self, now: datetime) -> datetime:
        """The end that was entered; to the second where it is the one there is now."""
        entered: datetime = self.ends_at.data.replace(tzinfo=zone())
        is_same = entered == now.replace(second=0, microsecond=0)
        return now if is_same else entered


@pages.route("/subscriptions/<uuid:subscription_id>/end-date", methods=["GET", "POST"])
@page_for(PARTNERS, asks=SetEndDate)
def set_end_date(subscription_id: UUID) -> ResponseReturnValue:
    """Set another end date, with a reason and without charge."""
    subscription = ask(GetSubscription(subscription_id=subscription_id))
    ends_at = subscription.ends_at
    form = EndDateForm(ends_at=ends_at.astimezone(zone()).replace(tzinfo=None))
    back = address_of(subscription)
    return form_page(
        "admin/sales/subscriptions/end_date.html",
        form,
        lambda: ask(
            form.to(
                SetEndDate, subscription_id=subscription_id, ends_at=form.end(ends_at)
            )
        ),
        lambda changed: go_to(back, f"New end date: {instant_text(changed.ends_at)}."),
        subscription=subscription,
        back=back,
    )


class SuspensionForm(LineupForm):
    """Why a subscription is suspended."""

    asks = SuspendSubscription
    cause = entry("Because of", choices=chosen_of(CAUSES))
    reason = entry("Reason", "Shown to the customer.")


@pages.route("/subscriptions/<uuid:subscription_id>/suspend", methods=["GET", "POST"])
@page_for(PARTNERS, asks=SuspendSubscription)
def suspend(subscription_id: UUID) -> ResponseReturnValue:
    """Let a user see demo channels until the suspension is lifted."""
    subscription = ask(GetSubscription(subscription_id=subscription_id))
    back, form = address_of(subscription), SuspensionForm()
    return form_page(
        "admin/sales/subscriptions/suspend.html",
        form,
        lambda: ask(form.to(SuspendSubscription, subscription_id=subscription_id)),
        lambda _: go_to(back, "Suspended. The user sees demo channels."),
        subscription=subscription,
        back=back,
    )


@pages.route("/subscriptions/<uuid:subscription_id>/lift", methods=["GET", "POST"])
@page_for(PARTNERS, asks=LiftSuspension)
def lift(subscription_id: UUID) -> ResponseReturnValue:
    """Say why it was suspended, ask, and lift that."""
    subscription = ask(GetSubscription(subscription_id=subscription_id))
    back = address_of(subscription)
    return confirm_page(
        "admin/sales/subscriptions/lift.html",
        LiftSuspension(subscription_id=subscription_id),
        back,
        "The suspension was lifted.",
        subscription=subscription,
        back=back,
    )


def address_of(subscription: SubscriptionView) -> str:
    """The page of a customer's subscriptions."""
    return url_for(
        "money_pages.customer_subscriptions", customer_id=subscription.customer_id
    )
