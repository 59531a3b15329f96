"""The worker's access facts: what the gateway must know of each user, as blobs.

A fact is made from the copies of user, partner and subscriptions. Its blobs are
written while its row is locked and before the commit: a worker that dies in between
leaves the row due, and the next one writes the same again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lineup.blobs import BlobStore
from lineup.contracts.accounts.tree import Status
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.contracts.playlists.events import AccessChanged
from lineup.database import Database, UnitOfWork, wake
from lineup.delivery import (
    AccessFact,
    demo_set_id_of,
    set_id_of,
    token_name,
    username_name,
)
from lineup.metrics import PUT_OFF
from playlists.entitlements.models import (
    Customer,
    Partner,
    Seller,
    Subscription,
    User,
)
from playlists.jobs.operations import WAKE
from playlists.pending.models import AccessFile, ChannelSet
from playlists.rendering.backoff import is_outage, pause_after
from playlists.rendering.timelines import (
    PackageInterval,
    Period,
    package_intervals,
    timeline,
)

log = structlog.get_logger(__name__)


def write_due(database: Database, blobs: BlobStore, limit: int = 100) -> int:
    """Write facts that are due; how many there were.

    When the batch fails each is written alone: one that fails is put off, for longer
    each time, and holds up no other.
    """
    try:
        return _write_batch(database, blobs, limit)
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("access_facts_failed")
    return _write_each(database, blobs, limit)


def _write_batch(
    database: Database, blobs: BlobStore, limit: int, only: UUID | None = None
) -> int:
    with database.transaction() as work:
        due = select(AccessFile).where(AccessFile.due_at <= work.now)
        if only is not None:
            due = due.where(AccessFile.user_id == only)
        rows = work.session.scalars(
            due.order_by(AccessFile.due_at, AccessFile.user_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        known = _known(work.session, [row.user_id for row in rows])
        _ensure_sets(work, [told for told in known.values() if told.exists])
        for row in rows:
            _write(work, blobs, row, known[row.user_id])
    return len(rows)


def _write_each(database: Database, blobs: BlobStore, limit: int) -> int:
    with database.transaction() as work:
        user_ids = work.session.scalars(
            select(AccessFile.user_id)
            .where(AccessFile.due_at <= work.now)
            .order_by(AccessFile.due_at, AccessFile.user_id)
            .limit(limit)
        ).all()
    for user_id in user_ids:
        try:
            _write_batch(database, blobs, 1, only=user_id)
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("access_fact_failed", user_id=str(user_id))
            PUT_OFF.labels("playlists-worker", "facts").inc()
            _put_off(database, user_id)
    return len(user_ids)


def _put_off(database: Database, user_id: UUID) -> None:
    with database.transaction() as work:
        row = work.session.get(AccessFile, user_id, with_for_update=True)
        if row is not None:
            row.failures += 1
            row.due_at = work.now + pause_after(row.failures)


@dataclass(frozen=True, kw_only=True)
class UserFacts:
    """What the copies say of one user."""

    user: User | None
    partner: Partner | None
    subscriptions: Sequence[Subscription]
    own_time_zone: str
    """Its customer's own zone; empty: its partner's."""
    is_shut: bool
    """Whether its partner or a seller above it is switched off: it sees the demo set,
    whatever is paid."""

    @property
    def exists(self) -> bool:
        """Whether there is such a user, deleted ones apart."""
        return self.user is not None and self.user.status != Status.DELETED

    def stretches(self, now: datetime) -> list[PackageInterval]:
        """What the user's subscriptions grant from now on; nothing while it is shut."""
        if self.is_shut:
            return []
        return package_intervals(map(_period, self.subscriptions), now=now)

    @property
    def time_zone(self) -> str:
        """Which wall clock its player goes by."""
        partners = self.partner.time_zone if self.partner else ""
        return self.own_time_zone or partners or "UTC"


def _known(session: Session, user_ids: list[UUID]) -> dict[UUID, UserFacts]:
    users = {
        user.id: user
        for user in session.scalars(select(User).where(User.id.in_(user_ids)))
    }
    partner_ids = {user.partner_id for user in users.values()}
    partners = {
        partner.id: partner
        for partner in session.scalars(
            select(Partner).where(Partner.id.in_(partner_ids))
        )
    }
    subscriptions: dict[UUID, list[Subscription]] = {}
    for subscription in session.scalars(
        select(Subscription)
        .where(Subscription.user_id.in_(user_ids))
        .order_by(Subscription.started_at, Subscription.id)
    ):
        subscriptions.setdefault(subscription.user_id, []).append(subscription)
    zones = _time_zones(session, users.values())
    switched_off = _switched_off_scopes(session, users.values())
    return {
        user_id: UserFacts(
            user=users.get(user_id),
            partner=partners.get(users[user_id].partner_id)
            if user_id in users
            else None,
            subscriptions=subscriptions.get(user_id, []),
            own_time_zone=zones.get(user_id, ""),
            is_shut=user_id in users and users[user_id].scope.startswith(switched_off),
        )
        for user_id in user_ids
    }


def _time_zones(session: Session, users: Iterable[User]) -> dict[UUID, str]:
    """The zones of their customers, by the users' ids."""
    customers = {user.id: user.customer_id for user in users}
    rows = session.execute(
        select(Customer.id, Customer.time_zone).where(
            Customer.id.in_(set(customers.values()))
        )
    )
    zones: dict[UUID, str] = {row.id: row.time_zone for row in rows}
    return {user_id: zones.get(of, "") for user_id, of in customers.items()}


def _switched_off_scopes(session: Session, users: Iterable[User]) -> tuple[str, ...]:
    """The paths of partners and sellers above these users that are off."""
    parts = {part for user in users for part in user.scope.split("/") if part}
    above = [UUID(part) for part in parts]
    return tuple(
        scope
        for account in (Partner, Seller)
        for scope in session.scalars(
            select(account.scope).where(
                account.id.in_(above), account.status != Status.ACTIVE
            )
        )
    )


def _period(subscription: Subscription) -> Period:
    # A stopped one has ended, whatever its last period said.
    is_stopped = subscription.state == SubscriptionState.STOPPED
    return Period(
        from_at=subscription.started_at,
        until_at=subscription.started_at if is_stopped else subscription.ends_at,
        package_ids=frozenset(map(UUID, subscription.package_ids)),
    )


def fact_of(known: UserFacts, now: datetime) -> AccessFact | None:
    """What the gateway must know of a user; None when there is no such user.

    `version` and `changed_at` are left for the writer to say.
    """
    user, partner = known.user, known.partner
    if user is None or not known.exists:
        return None
    last = known.subscriptions[-1] if known.subscriptions else None
    return AccessFact(
        version=0,
        user_id=user.id,
        partner_id=user.partner_id,
        username=user.username,
        password=user.password,
        token=user.token,
        is_active=user.status == Status.ACTIVE,
        created_at=user.created_at,
        demo_set_id=demo_set_id_of(user.partner_id),
        timeline=timeline(user.partner_id, known.stretches(now)),
        ends_at=max((s.ends_at for s in known.subscriptions), default=None),
        is_trial=last is not None and last.is_trial,
        max_connections=max(1, last.devices) if last else 1,
        public_url=(partner.public_url if partner else user.public_url).rstrip("/"),
        time_zone=known.time_zone,
    )


def _ensure_sets(work: UnitOfWork, known: list[UserFacts]) -> None:
    """Have every set these users see rendered, if it never was."""
    rows: dict[str, dict[str, Any]] = {}
    for told in known:
        rows |= _sets_of(told, work.now)
    made = [_ensure_set(work, set_id, rows[set_id]) for set_id in sorted(rows)]
    if any(made):
        wake(work.session, WAKE)


def _ensure_set(work: UnitOfWork, set_id: str, said: dict[str, Any]) -> bool:
    """Have a row for a channel set, due at once if it is new; whether it was."""
    row = insert(ChannelSet).values(
        id=set_id,
        render_at=work.now,
        used_at=work.now,
        mark=1,
        revision=0,
        **said,
    )
    returned = row.on_conflict_do_nothing().returning(ChannelSet.id)
    return work.session.scalar(returned) is not None


def _sets_of(known: UserFacts, now: datetime) -> dict[str, dict[str, Any]]:
    assert known.user is not None  # noqa: S101 - callers ask for existing users only
    partner_id = known.user.partner_id
    demo = {"partner_id": partner_id, "is_demo": True, "package_ids": []}
    rows: dict[str, dict[str, Any]] = {demo_set_id_of(partner_id): demo}
    for stretch in known.stretches(now):
        packages = sorted(stretch.package_ids)
        rows[set_id_of(partner_id, packages)] = {
            "partner_id": partner_id,
            "is_demo": False,
            "package_ids": [package.hex for package in packages],
        }
    return rows


def _write(
    work: UnitOfWork, blobs: BlobStore, row: AccessFile, known: UserFacts
) -> None:
    """Bring a user's blobs in line with its fact; announce what differs."""
    before = list(row.names)
    fact = fact_of(known, work.now)
    is_changed = _note(row, fact, work.now)
    for name in before:
        if name not in row.names:
            _remove_own(blobs, name, row.user_id)
    for name in row.names:
        blobs.write(name, msgspec.json.encode(row.fact))
    row.due_at, row.failures = None, 0
    if is_changed:
        keys = sorted({*before, *row.names})
        work.announce(AccessChanged(id=row.user_id, version=row.version, keys=keys))


def _note(row: AccessFile, fact: AccessFact | None, now: datetime) -> bool:
    """Keep the fact in its row; whether it differs from the one before."""
    before = None if row.fact is None else msgspec.convert(row.fact, AccessFact)
    if before is not None and fact is not None:
        fact = replace(fact, version=row.version, changed_at=before.changed_at)
    if before == fact:
        return False
    row.version += 1
    if fact is not None:
        fact = replace(fact, version=row.version, changed_at=now)
    row.names = [] if fact is None else names_of(fact)
    row.fact = None if fact is None else msgspec.to_builtins(fact)
    return True


def names_of(fact: AccessFact) -> list[str]:
    """The blobs that hold a fact."""
    return [token_name(fact.token), username_name(fact.username)]


def _remove_own(blobs: BlobStore, name: str, user_id: UUID) -> None:
    """Remove a former blob, unless another user has taken the name over."""
    content = blobs.read(name)
    if content and msgspec.json.decode(content, type=AccessFact).user_id == user_id:
        blobs.remove(name)
