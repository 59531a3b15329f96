"""Copies kept of what accounts and billing announce; what shows them is marked."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select

from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.refusals import CustomerNotFound
from lineup.contracts.accounts.tree import (
    GONE,
    AccountChanged,
    AccountKind,
    Status,
)
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.running import is_running
from lineup.contracts.billing.subscriptions import SubscriptionChanged
from lineup.database import UnitOfWork, upsert_newest
from lineup.events import State
from lineup.scope import in_scope
from playlists.entitlements.models import (
    Customer,
    CustomerPackage,
    Partner,
    Seller,
    Subscription,
    User,
)
from playlists.pending import operations as pending


def upsert_accounts(
    work: UnitOfWork, states: Sequence[AccountChanged]
) -> list[AccountChanged]:
    """Keep copies of partners and sellers; those that were news."""
    partners = [one for one in states if one.kind == AccountKind.PARTNER]
    sellers = [one for one in states if one.kind != AccountKind.PARTNER]
    news = _upsert_partners(work, partners) | _upsert_sellers(work, sellers)
    return [state for state in states if state.id in news]


def _upsert_sellers(work: UnitOfWork, states: Sequence[AccountChanged]) -> set[UUID]:
    """Keep sellers; of one that went off or on, the users' facts follow."""
    before = _before(work, Seller, states, Seller.status)
    rows = [
        {
            "id": state.id,
            "version": state.version,
            "scope": state.scope,
            "status": state.status,
        }
        for state in states
    ]
    news = upsert_newest(work.session, Seller, rows)
    turned = [
        state.scope
        for state in states
        if state.id in news
        and (
            state.id not in before
            or (before[state.id] == (Status.ACTIVE,)) != (state.status == Status.ACTIVE)
        )
    ]
    refresh_below(work, turned)
    return news


def _upsert_partners(work: UnitOfWork, states: Sequence[AccountChanged]) -> set[UUID]:
    rows = [
        {
            "id": state.id,
            "version": state.version,
            "scope": state.scope,
            "name": state.name,
            "time_zone": state.time_zone,
            "public_url": state.public_url,
            "status": state.status,
        }
        for state in states
    ]
    news = upsert_newest(work.session, Partner, rows)
    refresh_partners(work, news)
    return news


def upsert_customers(work: UnitOfWork, states: Sequence[CustomerChanged]) -> None:
    """Keep customers' time zones and what they may see; their users' facts follow."""
    seen = (Customer.time_zone, Customer.shows_adult)
    before = _before(work, Customer, states, *seen)
    rows = [
        {
            "id": state.id,
            "version": state.version,
            "scope": state.scope,
            "time_zone": state.time_zone,
            "shows_adult": state.shows_adult,
            "status": state.status,
        }
        for state in states
    ]
    news = upsert_newest(work.session, Customer, rows)
    _forget_packages(work, {s.id for s in states if s.status == Status.DELETED} & news)
    moved = [
        state.scope
        for state in states
        if state.id in news
        and before.get(state.id) != (state.time_zone, state.shows_adult)
    ]
    refresh_below(work, moved)


def _forget_packages(work: UnitOfWork, customer_ids: Collection[UUID]) -> None:
    """What was said of customers' packages ends with them; trash keeps it."""
    if customer_ids:
        theirs = CustomerPackage.customer_id.in_(customer_ids)
        work.session.execute(delete(CustomerPackage).where(theirs))


def upsert_users(work: UnitOfWork, states: Sequence[UserChanged]) -> None:
    """Keep users' copies; their facts follow, of ordered ones with what they bought."""
    rows = [
        {
            "id": state.id,
            "version": state.version,
            "customer_id": state.customer_id,
            "partner_id": state.partner_id,
            "scope": state.scope,
            "name": state.name,
            "username": state.username,
            "password": state.password,
            "token": state.token,
            "public_url": state.public_url,
            "status": state.status,
            "created_at": state.created_at,
        }
        for state in states
    ]
    news = upsert_newest(work.session, User, rows)
    ordered = {state.id for state in states if state.is_ordered} & news
    if ordered:
        pending.expect_access(work, *ordered)
    _refresh(work, news - ordered)


def upsert_subscriptions(
    work: UnitOfWork, states: Sequence[SubscriptionChanged]
) -> None:
    """Keep subscriptions' copies, whether or not their users are known already."""
    rows = [
        {
            "id": state.id,
            "version": state.version,
            "user_id": state.user_id,
            "customer_id": state.customer_id,
            "partner_id": state.partner_id,
            "scope": state.scope,
            "product_name": state.product_name,
            "package_ids": state.package_ids,
            "devices": state.devices,
            "addresses": state.addresses,
            "is_trial": state.is_trial,
            "state": state.state,
            "is_suspended": state.is_suspended,
            "started_at": state.started_at,
            "ends_at": state.ends_at,
        }
        for state in states
    ]
    news = upsert_newest(work.session, Subscription, rows)
    _refresh(work, {state.user_id for state in states if state.id in news})


def _before(
    work: UnitOfWork, model: Any, states: Sequence[State], *columns: Any
) -> dict[UUID, tuple[Any, ...]]:
    """What columns of the copies say before they are written; locks them.

    Of one that is not there nothing is known: somebody may be writing it meanwhile.
    """
    if not states:
        return {}
    ids = [state.id for state in states]
    rows = select(model.id, *columns).where(model.id.in_(ids)).order_by(model.id)
    found = work.session.execute(rows.with_for_update())
    return {row[0]: tuple(row[1:]) for row in found}


def _refresh(work: UnitOfWork, user_ids: Collection[UUID]) -> None:
    if user_ids:
        pending.refresh_access(work, *user_ids)


def find_customer(
    work: UnitOfWork, customer_id: UUID, *, for_update: bool = False
) -> Customer:
    """A customer in the actor's scope; CustomerNotFound for others and deleted ones."""
    statement = select(Customer).where(
        Customer.id == customer_id, Customer.status.not_in(GONE)
    )
    if for_update:
        statement = statement.with_for_update()
    found = work.session.scalar(in_scope(statement, Customer, work.actor))
    if found is None:
        raise CustomerNotFound
    return found


def package_choices(
    work: UnitOfWork, customer_ids: Collection[UUID]
) -> dict[UUID, dict[UUID, bool]]:
    """Which packages were added to customers (True) or removed; most have none."""
    rows = work.session.execute(
        select(
            CustomerPackage.customer_id,
            CustomerPackage.package_id,
            CustomerPackage.is_included,
        ).where(CustomerPackage.customer_id.in_(set(customer_ids)))
    )
    choices: dict[UUID, dict[UUID, bool]] = {}
    for customer_id, package_id, is_included in rows:
        choices.setdefault(customer_id, {})[package_id] = is_included
    return choices


def refresh_customers_with(work: UnitOfWork, package_id: UUID) -> None:
    """Have the facts of all users written anew whose customers were given a package."""
    with_package = select(CustomerPackage.customer_id).where(
        CustomerPackage.package_id == package_id, CustomerPackage.is_included
    )
    scopes = select(Customer.scope).where(Customer.id.in_(with_package))
    pending.refresh_users(work, select(User.id).where(User.scope.in_(scopes)))


def is_package_in_use(work: UnitOfWork, package_id: UUID) -> bool:
    """Whether a subscription with that package runs."""
    running = select(Subscription.id).where(
        Subscription.package_ids.contains([str(package_id)]),
        is_running(Subscription, work.now),
    )
    return work.session.scalar(select(running.exists())) is True


def refresh_partners(work: UnitOfWork, partner_ids: Collection[UUID]) -> None:
    """Have the facts of all users of partners written anew, and their sets rendered."""
    if not partner_ids:
        return
    theirs = User.partner_id.in_(partner_ids)
    pending.refresh_users(work, select(User.id).where(theirs))
    pending.mark_changed(work, *partner_ids)


def refresh_below(work: UnitOfWork, scopes: Collection[str]) -> None:
    """Have the facts of all users below sellers or customers written anew."""
    if not scopes:
        return
    below = or_(*(User.scope.startswith(one, autoescape=True) for one in scopes))
    pending.refresh_users(work, select(User.id).where(below))


def refresh_everybody(work: UnitOfWork) -> None:
    """Have every access fact written anew: heals a store that was lost or restored."""
    pending.refresh_users(work, select(User.id))
    pending.refresh_all_written(work)
    pending.write_all_shards(work)
