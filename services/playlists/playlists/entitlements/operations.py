"""Copies kept of what accounts and billing announce; what shows them is marked."""

from uuid import UUID

from sqlalchemy import select

from lineup.contracts.accounts.customers import CustomerChanged
from lineup.contracts.accounts.tree import AccountChanged, AccountKind, Status
from lineup.contracts.accounts.users import UserChanged
from lineup.contracts.billing.running import is_running
from lineup.contracts.billing.subscriptions import SubscriptionChanged
from lineup.database import UnitOfWork, upsert_if_newer
from playlists.entitlements.models import (
    Customer,
    Partner,
    Seller,
    Subscription,
    User,
)
from playlists.pending import operations as pending


def upsert_account(work: UnitOfWork, state: AccountChanged) -> bool:
    """Keep a partner's or a seller's copy; False where it is old."""
    is_partner = state.kind == AccountKind.PARTNER
    return upsert_partner(work, state) if is_partner else upsert_seller(work, state)


def upsert_seller(work: UnitOfWork, state: AccountChanged) -> bool:
    """Keep a seller's copy; off or on, its users' facts follow."""
    before = work.session.get(Seller, state.id, with_for_update=True)
    was_active = before is None or before.status == Status.ACTIVE
    values = {
        "id": state.id,
        "version": state.version,
        "scope": state.scope,
        "status": state.status,
    }
    is_active = state.status == Status.ACTIVE
    is_news = upsert_if_newer(work.session, Seller, values)
    if is_news and was_active != is_active:
        refresh_below(work, state.scope)
    return is_news


def upsert_partner(work: UnitOfWork, state: AccountChanged) -> bool:
    """Keep a partner's copy."""
    values = {
        "id": state.id,
        "version": state.version,
        "scope": state.scope,
        "name": state.name,
        "time_zone": state.time_zone,
        "public_url": state.public_url,
        "status": state.status,
    }
    is_news = upsert_if_newer(work.session, Partner, values)
    if is_news:
        refresh_partner(work, state.id)
    return is_news


def upsert_customer(work: UnitOfWork, state: CustomerChanged) -> None:
    """Keep a customer's time zone; its users' facts follow."""
    before = work.session.get(Customer, state.id, with_for_update=True)
    had = before.time_zone if before else ""
    values = {"id": state.id, "version": state.version, "time_zone": state.time_zone}
    if upsert_if_newer(work.session, Customer, values) and had != state.time_zone:
        refresh_below(work, state.scope)


def upsert_user(work: UnitOfWork, state: UserChanged) -> None:
    """Keep a user's copy."""
    values = {
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
    if upsert_if_newer(work.session, User, values):
        pending.refresh_access(work, state.id)


def upsert_subscription(work: UnitOfWork, state: SubscriptionChanged) -> None:
    """Keep a subscription's copy, whether or not its user is known already."""
    values = {
        "id": state.id,
        "version": state.version,
        "user_id": state.user_id,
        "customer_id": state.customer_id,
        "partner_id": state.partner_id,
        "scope": state.scope,
        "product_name": state.product_name,
        "package_ids": [str(package_id) for package_id in state.package_ids],
        "devices": state.devices,
        "addresses": state.addresses,
        "is_trial": state.is_trial,
        "state": state.state,
        "started_at": state.started_at,
        "ends_at": state.ends_at,
    }
    if upsert_if_newer(work.session, Subscription, values):
        pending.refresh_access(work, state.user_id)


def is_package_in_use(work: UnitOfWork, package_id: UUID) -> bool:
    """Whether a subscription with that package runs."""
    running = select(Subscription.id).where(
        Subscription.package_ids.contains([str(package_id)]),
        is_running(Subscription, work.now),
    )
    return work.session.scalar(select(running.exists())) is True


def refresh_partner(work: UnitOfWork, partner_id: UUID) -> None:
    """Have the facts of all users of a partner written anew, and its sets rendered."""
    pending.refresh_users(work, select(User.id).where(User.partner_id == partner_id))
    pending.mark_changed(work, partner_id)


def refresh_below(work: UnitOfWork, scope: str) -> None:
    """Have the facts of all users below a seller or customer written anew."""
    below = User.scope.startswith(scope, autoescape=True)
    pending.refresh_users(work, select(User.id).where(below))


def refresh_everybody(work: UnitOfWork) -> None:
    """Have every access fact written anew: heals a store that was lost or restored."""
    pending.refresh_users(work, select(User.id))
    pending.refresh_all_written(work)
    pending.write_all_shards(work)
