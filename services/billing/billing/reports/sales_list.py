"""Sold periods line by line and added up, by one query."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from billing.catalog import operations as catalog
from billing.catalog.models import Plan
from billing.catalog.offers import seen_by
from billing.people.naming import Names, below_account, names_of
from billing.subscriptions.models import Period, Subscription
from lineup.contracts.billing.reports import (
    ListSales,
    SalesFilter,
    SalesSums,
    SaleView,
    SumSales,
)
from lineup.contracts.paging import Page
from lineup.database import UnitOfWork, page_of
from lineup.money import Money
from lineup.scope import in_scope
from lineup.verbs import handles

ORDERS = {"sold_at": Period.created_at}


@handles(ListSales)
def list_sales(work: UnitOfWork, request: ListSales) -> Page[SaleView]:
    """Sold periods in scope that pass every filter given, newest first."""
    page: Page[Period] = page_of(
        work.session,
        _matching(work, request),
        Period,
        request.paging,
        lambda row: row,
        ORDERS,
    )
    return page.showing(_views(work, page.items))


@handles(SumSales)
def sum_sales(work: UnitOfWork, request: SumSales) -> SalesSums:
    """What all periods of the list with the same filters add up to."""
    rows = _matching(work, request).subquery()
    is_refunded = rows.c.refunded_minor > 0
    statement = select(
        rows.c.asset,
        func.count(),
        func.count().filter(rows.c.is_trial),
        func.sum(rows.c.paid_minor),
        func.count().filter(is_refunded),
        func.sum(rows.c.refunded_minor),
    )
    found = work.session.execute(
        statement.group_by(rows.c.asset).order_by(rows.c.asset)
    ).all()
    return SalesSums(
        sold=sum(row[1] for row in found),
        trials=sum(row[2] for row in found),
        revenue=[Money(int(row[3]), row[0]) for row in found if row[3]],
        refunds=sum(row[4] for row in found),
        refunded=[Money(int(row[5]), row[0]) for row in found if row[5]],
    )


def _matching(work: UnitOfWork, request: SalesFilter) -> Select[Period]:
    """The periods in scope that pass every filter given."""
    statement = select(Period).join(
        Subscription, Subscription.id == Period.subscription_id
    )
    statement = in_scope(statement, Subscription, work.actor)
    below = below_account(work, Subscription, request.account_id)
    return statement.where(*_conditions(request), *below)


def _conditions(request: SalesFilter) -> list[Any]:
    equal = (
        (Subscription.customer_id, request.customer_id),
        (Subscription.user_id, request.user_id),
        (Subscription.id, request.subscription_id),
    )
    conditions = [column == wanted for column, wanted in equal if wanted is not None]
    if request.product_id is not None:
        plans = select(Plan.id).where(Plan.product_id == request.product_id)
        conditions.append(Period.plan_id.in_(plans))
    if request.sold_from is not None:
        conditions.append(Period.created_at >= request.sold_from)
    if request.sold_until is not None:
        conditions.append(Period.created_at < request.sold_until)
    return conditions


def _views(work: UnitOfWork, periods: Sequence[Period]) -> list[SaleView]:
    plans = catalog.get_plans(work, {period.plan_id for period in periods})
    bought = _subscriptions(work, periods)
    names = names_of(
        work,
        customer_ids={one.customer_id for one in bought.values()},
        user_ids={one.user_id for one in bought.values()},
        scopes={one.scope for one in bought.values()},
    )
    return [
        _sale_view(
            work, period, bought[period.subscription_id], plans[period.plan_id], names
        )
        for period in periods
    ]


def _subscriptions(
    work: UnitOfWork, periods: Sequence[Period]
) -> dict[Any, Subscription]:
    ids = {period.subscription_id for period in periods}
    statement = select(Subscription).where(Subscription.id.in_(ids))
    return {one.id: one for one in work.session.scalars(statement)}


def _sale_view(
    work: UnitOfWork,
    period: Period,
    subscription: Subscription,
    plan: Plan,
    names: Names,
) -> SaleView:
    return SaleView(
        updated_at=period.last_change,
        id=period.id,
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
        customer_name=names.customer(subscription.customer_id),
        user_id=subscription.user_id,
        user_name=names.user(subscription.user_id),
        seller_name=names.seller(subscription.scope),
        product_name=plan.product.name,
        plan_name=plan.name,
        months=plan.months,
        days=plan.days,
        price=seen_by(work, period.paid, plan),
        source=period.source,
        is_trial=period.is_trial,
        sold_at=period.created_at,
        sold_by=period.sold_by,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        closed_at=period.closed_at,
        closed_by=period.closed_by,
        close_reason=period.close_reason,
        refunded=seen_by(work, period.refunded, plan),
        cut_from=period.cut_from,
        reason=period.reason,
    )
