"""The worker's access facts: what the gateway must know of each user.

A fact is made from the copies of user, partner and subscriptions and noted in its row;
the shards that hold it are written from the rows after that (`shards`), so no row is
held while a file is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import (
    ARRAY,
    Row,
    Select,
    Uuid,
    any_,
    cast,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from lineup.blobs import BlobStore
from lineup.contracts.accounts.tree import GONE, Status
from lineup.contracts.billing.subscriptions import SubscriptionState
from lineup.database import Database, UnitOfWork, wake
from lineup.delivery import AccessFact, demo_set_id_of, keys_of, set_id_of
from lineup.metrics import PUT_OFF
from playlists.entitlements.models import (
    Customer,
    Partner,
    Seller,
    Subscription,
    User,
)
from playlists.entitlements.operations import package_choices
from playlists.pending.models import AccessFile
from playlists.pending.operations import SETS_WAKE
from playlists.rendering.backoff import is_outage, pause_after
from playlists.rendering.shards import AT_ONCE as SHARDS_AT_ONCE
from playlists.rendering.shards import write_stale
from playlists.rendering.timelines import (
    PackageInterval,
    Period,
    package_intervals,
    timeline,
)
from playlists.rendering.turns import Did

AT_ONCE = 1000
"""Facts in a transaction: some tenths of a second, in which no event can mark them."""
AHEAD = 100
"""Of how many newest facts a full batch takes care, too: who has just bought something
does not wait for all renewals of a night."""
NOTE = text("""
UPDATE access_files SET version = new.version, names = new.names, fact = new.fact,
    due_at = NULL, failures = 0
FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS new(user_id uuid, version bigint, names jsonb, fact jsonb)
WHERE access_files.user_id = new.user_id
""")
ADD_SETS = text("""
INSERT INTO channel_sets (id, partner_id, shows_adult, is_demo, package_ids, mark,
    render_at, revision, used_at, failures)
SELECT id, partner_id, shows_adult, is_demo, package_ids, 1, :now, 0, :now, 0
FROM json_populate_recordset(CAST(NULL AS channel_sets), :rows)
ON CONFLICT DO NOTHING RETURNING id
""")
SETTLE = text("""
UPDATE access_files SET due_at = NULL, failures = 0 WHERE user_id = ANY(:user_ids)
""")
PATH = cast(func.string_to_array(func.trim(User.scope, "/"), "/"), ARRAY(Uuid))
IS_SHUT = or_(
    *(
        exists()
        .where(account.id == any_(PATH), account.status != Status.ACTIVE)
        .correlate(User)
        for account in (Partner, Seller)
    )
)
"""Whether a partner or a seller in a user's path is switched off."""
log = structlog.get_logger(__name__)


def write_due(database: Database, blobs: BlobStore, limit: int = AT_ONCE) -> Did:
    """Make facts anew that are due, and write shards that are stale by now."""
    noted = note_due(database, limit)
    written = write_stale(database, blobs)
    if noted >= limit or written >= SHARDS_AT_ONCE:
        return Did.SOME
    return Did.ALL if noted or written else Did.NOTHING


def note_due(database: Database, limit: int = AT_ONCE) -> int:
    """Make facts anew that are due; how many there were.

    When the batch fails each is made alone: one that fails is put off, for longer each
    time, and holds up no other.
    """
    try:
        return _note_batch(database, limit)
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("access_facts_failed")
    return _note_each(database, limit)


def _note_batch(database: Database, limit: int, only: UUID | None = None) -> int:
    with database.transaction() as work:
        rows = _due(work, limit, only)
        if not rows:
            return 0
        known = _known(work, list(rows))
        _ensure_sets(work, [facts for facts in known.values() if facts.exists])
        changed = []
        for user_id, row in rows.items():
            noted = _noted(row, fact_of(known.get(user_id)), work.now)
            if noted is not None:
                changed.append(noted)
        _keep(work.session, changed, list(rows))
    return len(rows)


def _due(work: UnitOfWork, limit: int, only: UUID | None) -> "dict[UUID, Row[Any]]":
    """Rows that are due, the longest first, held; of a full batch the newest, too."""
    due = select(
        AccessFile.user_id, AccessFile.version, AccessFile.names, AccessFile.fact
    ).where(AccessFile.due_at <= work.now)
    if only is not None:
        due = due.where(AccessFile.user_id == only)
    rows = _held(work.session, due.order_by(AccessFile.due_at).limit(limit))
    if len(rows) == limit > AHEAD:
        newest = due.order_by(AccessFile.due_at.desc()).limit(AHEAD)
        rows |= _held(work.session, newest)
    return rows


def _held(session: Session, due: "Select[Any]") -> "dict[UUID, Row[Any]]":
    return {
        row.user_id: row
        for row in session.execute(due.with_for_update(skip_locked=True))
    }


def _keep(session: Session, changed: list[dict[str, Any]], seen: list[UUID]) -> None:
    """Note what changed; what was looked at is due no more."""
    if changed:
        session.execute(NOTE, {"rows": msgspec.json.encode(changed).decode()})
    same = set(seen) - {noted["user_id"] for noted in changed}
    if same:
        session.execute(SETTLE, {"user_ids": list(same)})


def _note_each(database: Database, limit: int) -> int:
    with database.transaction() as work:
        user_ids = work.session.scalars(
            select(AccessFile.user_id)
            .where(AccessFile.due_at <= work.now)
            .order_by(AccessFile.due_at, AccessFile.user_id)
            .limit(limit)
        ).all()
    for user_id in user_ids:
        try:
            _note_batch(database, 1, only=user_id)
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
    """What the copies say of one user at an instant."""

    now: datetime
    user: User
    partner: Partner | None
    subscriptions: Sequence[Subscription]
    own_packages: Mapping[UUID, bool]
    """Which packages its customer has (True) or has not, whatever is subscribed to."""
    own_time_zone: str
    """Its customer's own zone; empty: its partner's."""
    shows_adult: bool
    """Whether its customer allows adult channels; not while nobody has said so."""
    is_shut: bool
    """Whether its partner or a seller above it is switched off: it sees the demo set,
    whatever is paid."""

    @property
    def exists(self) -> bool:
        """Whether there is such a user, deleted and trashed ones apart."""
        return self.user.status not in GONE

    @cached_property
    def intervals(self) -> list[PackageInterval]:
        """What the user's subscriptions grant from now on; nothing while it is shut."""
        if self.is_shut:
            return []
        periods = (_period(one, self.own_packages) for one in self.subscriptions)
        return package_intervals(periods, now=self.now)

    @property
    def time_zone(self) -> str:
        """Which wall clock its player goes by."""
        partners = self.partner.time_zone if self.partner else ""
        return self.own_time_zone or partners or "UTC"


def _known(work: UnitOfWork, user_ids: list[UUID]) -> dict[UUID, UserFacts]:
    """What is known of those that are users."""
    session = work.session
    rows = session.execute(
        select(User, Partner, Customer.time_zone, Customer.shows_adult, IS_SHUT)
        .outerjoin(Partner, Partner.id == User.partner_id)
        .outerjoin(Customer, Customer.id == User.customer_id)
        .where(User.id.in_(user_ids))
    ).all()
    own_packages = package_choices(work, [row[0].customer_id for row in rows])
    subscriptions: dict[UUID, list[Subscription]] = {}
    for subscription in session.scalars(
        select(Subscription)
        .where(Subscription.user_id.in_(user_ids))
        .order_by(Subscription.started_at, Subscription.id)
    ):
        subscriptions.setdefault(subscription.user_id, []).append(subscription)
    return {
        user.id: UserFacts(
            now=work.now,
            user=user,
            partner=partner,
            subscriptions=subscriptions.get(user.id, []),
            own_packages=own_packages.get(user.customer_id, {}),
            own_time_zone=time_zone or "",
            shows_adult=bool(shows_adult),
            is_shut=is_shut,
        )
        for user, partner, time_zone, shows_adult, is_shut in rows
    }


def _period(subscription: Subscription, own_packages: Mapping[UUID, bool]) -> Period:
    # A stopped one has ended, whatever its last period said; a suspended one waits.
    is_stopped = subscription.state == SubscriptionState.STOPPED
    grants_nothing = is_stopped or subscription.is_suspended
    return Period(
        from_at=subscription.started_at,
        until_at=subscription.started_at if grants_nothing else subscription.ends_at,
        package_ids=frozenset(
            package
            for package in {*map(UUID, subscription.package_ids), *own_packages}
            if own_packages.get(package, True)
        ),
    )


def fact_of(known: UserFacts | None) -> AccessFact | None:
    """What the gateway must know of a user; None when there is no such user.

    `version` and `changed_at` are left for who notes it to say.
    """
    if known is None or not known.exists:
        return None
    user, partner = known.user, known.partner
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
        demo_set_id=demo_set_id_of(user.partner_id, shows_adult=known.shows_adult),
        timeline=timeline(
            user.partner_id, known.intervals, shows_adult=known.shows_adult
        ),
        ends_at=max((s.ends_at for s in known.subscriptions), default=None),
        is_trial=last is not None and last.is_trial,
        max_connections=max(1, last.devices) if last else 1,
        public_url=(partner.public_url if partner else user.public_url).rstrip("/"),
        time_zone=known.time_zone,
    )


def _ensure_sets(work: UnitOfWork, known: list[UserFacts]) -> None:
    """Have every set these users see rendered, if it never was."""
    rows: dict[str, dict[str, Any]] = {}
    for facts in known:
        rows |= _sets_of(facts)
    if not rows:
        return
    new = [{"id": set_id, **rows[set_id]} for set_id in sorted(rows)]
    parameters = {"rows": msgspec.json.encode(new).decode(), "now": work.now}
    if work.session.scalars(ADD_SETS, parameters).all():
        wake(work.session, SETS_WAKE)


def _sets_of(known: UserFacts) -> dict[str, dict[str, Any]]:
    partner_id, shows_adult = known.user.partner_id, known.shows_adult
    both = {"partner_id": partner_id, "shows_adult": shows_adult}
    rows: dict[str, dict[str, Any]] = {
        demo_set_id_of(partner_id, shows_adult=shows_adult): {
            **both,
            "is_demo": True,
            "package_ids": [],
        }
    }
    for interval in known.intervals:
        packages = sorted(interval.package_ids)
        rows[set_id_of(partner_id, packages, shows_adult=shows_adult)] = {
            **both,
            "is_demo": False,
            "package_ids": [package.hex for package in packages],
        }
    return rows


def _noted(
    row: "Row[Any]", fact: AccessFact | None, now: datetime
) -> dict[str, Any] | None:
    """What a user's row says from now on; None where its fact is as it was."""
    before = None if row.fact is None else msgspec.convert(row.fact, AccessFact)
    if before is not None and fact is not None:
        fact = replace(fact, version=row.version, changed_at=before.changed_at)
    if before == fact:
        return None
    version = row.version + 1
    if fact is not None:
        fact = replace(fact, version=version, changed_at=now)
    return {
        "user_id": row.user_id,
        "version": version,
        "names": [] if fact is None else keys_of(fact),
        "fact": fact,
    }
