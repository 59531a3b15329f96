"""Lists of subscriptions: expiring, lapsed, of one product or seller (RP-03)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, any_, func, or_, select

from billing.catalog.models import Product
from billing.people.naming import below_account, customers_called, users_called
from billing.subscriptions.models import Subscription
from billing.subscriptions.views import views_of
from lineup.contracts.billing import (
    ListSubscriptions,
    SubscriptionState,
    SubscriptionView,
)
from lineup.contracts.paging import Page
from lineup.database import Work, page_of
from lineup.scope import in_scope

ORDERS = {"ends_at": Subscription.ends_at, "started_at": Subscription.started_at}

Query = Select[Subscription]


def list_subscriptions(
    work: Work, request: ListSubscriptions
) -> Page[SubscriptionView]:
    """Subscriptions in scope that pass every filter given, newest first."""
    statement = in_scope(select(Subscription), Subscription, work.actor)
    statement = _of_somebody(work, statement, request)
    statement = statement.where(*_conditions(request, work.now))
    page: Page[Subscription] = page_of(
        work.session,
        statement,
        Subscription,
        request.paging,
        lambda subscription: subscription,
        ORDERS,
    )
    return page.showing(views_of(work, page.items))


def stands_as(state: SubscriptionState, now: datetime) -> ColumnElement[bool]:
    """Where a subscription stands at an instant, whether or not it is marked yet."""
    marked = Subscription.state == state
    match state:
        case SubscriptionState.RUNNING:
            return and_(marked, Subscription.ends_at > now)
        case SubscriptionState.EXPIRED:
            runs = Subscription.state == SubscriptionState.RUNNING
            return or_(marked, and_(runs, Subscription.ends_at <= now))
        case _:
            return marked


def _of_somebody(work: Work, statement: Query, request: ListSubscriptions) -> Query:
    if request.customer_id is not None:
        statement = statement.where(Subscription.customer_id == request.customer_id)
    if request.user_id is not None:
        statement = statement.where(Subscription.user_id == request.user_id)
    if request.search.strip():
        statement = statement.where(_is_called(work, request.search))
    return statement.where(*below_account(work, Subscription, request.account_id))


def _is_called(work: Work, part: str) -> ColumnElement[bool]:
    """Whether the user or the customer is called so.

    Ids are gathered into arrays first: then the index of each finds them together.
    """
    users = func.array(users_called(work, part).scalar_subquery())
    customers = func.array(customers_called(work, part).scalar_subquery())
    return or_(
        Subscription.user_id == any_(users), Subscription.customer_id == any_(customers)
    )


def _conditions(request: ListSubscriptions, now: datetime) -> list[Any]:
    trials = select(Product.id).where(Product.is_trial.is_(True))
    is_trial = Subscription.product_id.in_(trials)
    tests: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
        (request.product_id, lambda wanted: Subscription.product_id == wanted),
        (request.state, lambda wanted: stands_as(wanted, now)),
        (request.renews, Subscription.renews.is_),
        (request.is_trial, lambda wanted: is_trial if wanted else ~is_trial),
        (request.ends_from, lambda start: Subscription.ends_at >= start),
        (request.ends_until, lambda end: Subscription.ends_at < end),
    )
    return [test(given) for given, test in tests if given is not None]
