"""Finding customers: by id, by mail address, by everything a list narrows by."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, not_, select

from accounts.customers.models import Customer, email_key
from accounts.customers.status import has_status
from accounts.search_text import search_words
from accounts.tree.operations import of_partner, switched_off
from lineup.contracts.accounts.customers import CustomerFilter, CustomerStatus
from lineup.contracts.accounts.refusals import CustomerNotFound
from lineup.contracts.accounts.tree import GONE, Status
from lineup.database import UnitOfWork
from lineup.scope import in_scope


def get_row(work: UnitOfWork, customer_id: UUID) -> Customer:
    """A customer the actor may see; NotFound otherwise."""
    customer = work.session.scalar(living(work).where(Customer.id == customer_id))
    if customer is None:
        raise CustomerNotFound
    return customer


def lock_row(work: UnitOfWork, customer_id: UUID) -> Customer:
    """A customer the actor may see, for this transaction alone.

    Whoever changes a customer, its users or its devices takes this lock first.
    """
    customer = get_row(work, customer_id)
    work.session.refresh(customer, with_for_update=True)
    if customer.status in GONE:
        raise CustomerNotFound
    return customer


def find_for_update(work: UnitOfWork, customer_id: UUID) -> Customer | None:
    """A customer's row whoever asks, deleted or not, for this transaction alone."""
    return work.session.get(
        Customer, customer_id, with_for_update=True, populate_existing=True
    )


def lock_all(work: UnitOfWork, customer_ids: Collection[UUID]) -> Sequence[Customer]:
    """Rows of these customers as they are now, deleted or not, for this transaction
    alone; locked in the order of their ids.
    """
    statement = select(Customer).where(Customer.id.in_(customer_ids))
    locked = statement.order_by(Customer.id).with_for_update()
    fresh = locked.execution_options(populate_existing=True)
    return work.session.scalars(fresh).all()


def find_by_email(work: UnitOfWork, partner_id: UUID, email: str) -> Customer | None:
    """A partner's customer by mail address, compared without case.

    Until the transaction ends nobody else may enrol one with this address: two
    orders of one new buyer make one customer.
    """
    key = email_key(email)
    if not key:
        return None
    lock = func.hashtextextended(f"{partner_id}:{key}", 0)
    work.session.execute(select(func.pg_advisory_xact_lock(lock)))
    return work.session.scalar(
        select(Customer).where(
            Customer.partner_id == partner_id,
            Customer.email_key == key,
            Customer.status.not_in(GONE),
        )
    )


def living(work: UnitOfWork) -> Select[Customer]:
    """Customers in the actor's part of the tree that were not deleted or trashed."""
    statement = select(Customer).where(Customer.status.not_in(GONE))
    return in_scope(statement, Customer, work.actor)


def trashed(work: UnitOfWork) -> Select[Customer]:
    """Customers in the actor's part of the tree that can be restored."""
    statement = select(Customer).where(
        Customer.trashed_at.is_not(None), Customer.status == Status.TRASHED
    )
    return in_scope(statement, Customer, work.actor)


def matching(work: UnitOfWork, request: CustomerFilter) -> Select[Customer]:
    """Living customers, narrowed by whatever is named."""
    statement = of_partner(living(work), Customer, work.actor)
    return statement.where(
        *(
            Customer.search.contains(w, autoescape=True)
            for w in search_words(request.search)
        ),
        *_exactly(request),
        *_places(request),
        *_spans(Customer.ends_at, request.ends_from, request.ends_until),
        *_spans(Customer.created_at, request.created_from, request.created_until),
        *_has_status(work, request.state),
    )


def _has_status(
    work: UnitOfWork, state: CustomerStatus | None
) -> list[ColumnElement[bool]]:
    if state is None:
        return []
    return [has_status(Customer, state, work.now, switched_off(work))]


def _exactly(request: CustomerFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if request.email:
        conditions.append(Customer.email_key == email_key(request.email))
    if request.username:
        conditions.append(Customer.username == request.username)
    if request.external_id:
        conditions.append(Customer.external_id == request.external_id)
    if request.is_own is not None:
        is_own = and_(Customer.is_own)  # by these words its index is found
        conditions.append(is_own if request.is_own else not_(is_own))
    return conditions


def _places(request: CustomerFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if request.partner_id is not None:
        conditions.append(Customer.partner_id == request.partner_id)
    if request.seller_id is not None:
        conditions.append(Customer.seller_id == request.seller_id)
    if request.group_id is not None:
        conditions.append(Customer.group_id == request.group_id)
    if request.is_grouped is not None:
        conditions.append((Customer.group_id.is_not(None)) == request.is_grouped)
    if request.product_id is not None:
        conditions.append(Customer.product_ids.contains([request.product_id]))
    return conditions


def _spans(
    column: Any, since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    """A half-open span of time, as far as its ends are named."""
    return [
        *([column >= since] if since is not None else []),
        *([column < until] if until is not None else []),
    ]
