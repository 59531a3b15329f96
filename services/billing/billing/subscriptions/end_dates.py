"""End dates that staff sets by hand, with a reason and without money."""

from datetime import UTC, datetime

from billing.catalog import operations as catalog
from billing.subscriptions.finding import lock_subscription
from billing.subscriptions.models import Period, Source, Subscription
from billing.subscriptions.sales import find_last
from billing.subscriptions.stops import open_periods
from billing.subscriptions.terms import LONGEST, Anchor
from billing.subscriptions.views import announce, view_of
from lineup.access import require
from lineup.context import Permission
from lineup.contracts.billing.refusals import EndDatePast, NotActive, PeriodTooLong
from lineup.contracts.billing.staff_changes import SetEndDate
from lineup.contracts.billing.subscriptions import SubscriptionState, SubscriptionView
from lineup.database import UnitOfWork
from lineup.ids import new_id
from lineup.impersonation import signature
from lineup.verbs import handles


@handles(SetEndDate)
def set_end_date(work: UnitOfWork, request: SetEndDate) -> SubscriptionView:
    """Let a user's last subscription end at another instant, which is paid by nobody.

    One that has expired runs again. NotActive for what was stopped or followed by
    another, EndDatePast, PeriodTooLong; PermissionMissing for an earlier end by who
    may not take paid time.
    """
    _, subscription = lock_subscription(work, request.subscription_id)
    _check_is_last(work, subscription)
    ends_at = _checked_end(request.ends_at, work.now)
    if ends_at < subscription.ends_at:
        require(work.actor, Permission.SHORTEN)
        _shorten(work, subscription, ends_at, request.reason)
    elif ends_at > subscription.ends_at:
        _lengthen(work, subscription, ends_at, request.reason)
    else:
        return view_of(work, subscription)
    announce(work, subscription)
    return view_of(work, subscription)


def _check_is_last(work: UnitOfWork, subscription: Subscription) -> None:
    if subscription.state == SubscriptionState.STOPPED:
        raise NotActive
    if find_last(work, subscription.user_id) is not subscription:
        raise NotActive("The user has had another subscription since.")


def _checked_end(ends_at: datetime, now: datetime) -> datetime:
    if ends_at <= now:
        raise EndDatePast(fields={"ends_at": [EndDatePast.__doc__ or ""]})
    if ends_at - now > LONGEST:
        raise PeriodTooLong
    return ends_at.astimezone(UTC)


def _lengthen(
    work: UnitOfWork, subscription: Subscription, ends_at: datetime, reason: str
) -> None:
    """Add the time as a period of its own: what was bought stays as it is."""
    plan = catalog.get_plan(work, subscription.plan_id)
    period = Period(
        id=new_id(),
        subscription_id=subscription.id,
        plan_id=plan.id,
        starts_at=max(subscription.ends_at, work.now),
        ends_at=ends_at,
        paid_minor=0,
        asset=plan.asset,
        source=Source.STAFF,
        is_trial=False,
        is_odd=True,
        refunded_minor=0,
        created_at=work.now,
        sold_by=signature(work.actor),
        reason=reason,
    )
    subscription.extend(plan, ends_at, Anchor(at=ends_at))
    work.session.flush()
    work.session.add(period)


def _shorten(
    work: UnitOfWork, subscription: Subscription, ends_at: datetime, reason: str
) -> None:
    """Cut the period that runs then; those after it are over, nothing comes back."""
    by = signature(work.actor)
    for period in open_periods(work, subscription):
        if period.starts_at >= ends_at:
            period.close(work.now, by=by, reason=reason)
        elif period.ends_at > ends_at:
            period.cut(ends_at, by=by, reason=reason)
    subscription.shorten(ends_at)
