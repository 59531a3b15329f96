"""Lists of subscriptions: expiring, lapsed, of one product or seller."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, any_, exists, func, or_, select
from sqlalchemy.orm import aliased

from billing.catalog.models import Plan, Product, is_not_renewed
from billing.people.naming import below_account, customers_called, users_called
from billing.subscriptions.models import Subscription
from billing.subscriptions.views import views_of
from lineup.contracts.billing.running import has_lapsed, is_running
from lineup.contracts.billing.subscriptions import (
    ListSubscriptions,
    SubscriptionFilter,
    SubscriptionState,
    SubscriptionView,
)
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.scope import in_scope
from lineup.verbs import handles

ORDERS = {"ends_at": Subscription.ends_at, "started_at": Subscription.started_at}


@handles(ListSubscriptions)
def list_subscriptions(
    work: UnitOfWork, request: ListSubscriptions
) -> Page[SubscriptionView]:
    """Subscriptions in scope that pass every filter given, newest first."""
    statement = in_scope(select(Subscription), Subscription, work.actor)
    conditions = [*matching(work, request), *_standing(request, work.now)]
    statement = statement.where(*conditions)
    page: Page[Subscription] = page_of(
        work.session,
        statement,
        Subscription,
        request.paging,
        lambda subscription: subscription,
        ORDERS,
    )
    return page.showing(views_of(work, page.items))


def has_state(
    state: SubscriptionState, now: datetime, of: Any = Subscription
) -> ColumnElement[bool]:
    """Where a subscription stands at an instant, whether or not it is marked yet.

    What has expired is past its end. It is said, for then the index of ends finds it.
    """
    marked: ColumnElement[bool] = of.state == state
    match state:
        case SubscriptionState.RUNNING:
            return and_(marked, is_running(of, now))
        case SubscriptionState.EXPIRED:
            return and_(or_(marked, has_lapsed(of, now)), of.ends_at <= now)
        case _:
            return marked


def matching(
    work: UnitOfWork, request: SubscriptionFilter
) -> list[ColumnElement[bool]]:
    """The conditions of whose subscriptions are meant, and of what."""
    trials = select(Product.id).where(Product.is_trial.is_(True))
    is_trial = Subscription.product_id.in_(trials)
    retired = select(Plan.id).where(is_not_renewed(work.now))
    following = func.coalesce(Subscription.next_plan_id, Subscription.plan_id)
    is_retired = following.in_(retired)
    later = aliased(Subscription)
    bought_since = exists().where(
        later.user_id == Subscription.user_id, later.id > Subscription.id
    )
    tests: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
        (request.customer_id, Subscription.customer_id.__eq__),
        (request.user_id, Subscription.user_id.__eq__),
        (request.product_id, Subscription.product_id.__eq__),
        (request.renews, Subscription.renews.is_),
        (request.is_trial, lambda wanted: is_trial if wanted else ~is_trial),
        (request.plan_retired, lambda wanted: is_retired if wanted else ~is_retired),
        (request.is_suspended, _is_suspended),
        (request.is_newest, lambda wanted: ~bought_since if wanted else bought_since),
        (request.search.strip() or None, lambda part: _is_called(work, part)),
    )
    below = below_account(work, Subscription, request.account_id)
    return [*below, *(test(given) for given, test in tests if given is not None)]


def _is_suspended(wanted: bool) -> ColumnElement[bool]:  # noqa: FBT001
    since = Subscription.suspended_at
    return since.is_not(None) if wanted else since.is_(None)


def _is_called(work: UnitOfWork, part: str) -> ColumnElement[bool]:
    """Whether the user or the customer is called so.

    Ids are gathered into arrays first: then the index of each finds them together.
    """
    users = func.array(users_called(work, part).scalar_subquery())
    customers = func.array(customers_called(work, part).scalar_subquery())
    return or_(
        Subscription.user_id == any_(users), Subscription.customer_id == any_(customers)
    )


def _standing(request: ListSubscriptions, now: datetime) -> list[Any]:
    tests: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
        (request.state, lambda wanted: has_state(wanted, now)),
        (request.ends_from, Subscription.ends_at.__ge__),
        (request.ends_until, Subscription.ends_at.__lt__),
    )
    return [test(given) for given, test in tests if given is not None]
