"""What playlists has of a partner, rows and files, and how it is deleted.

What is asked comes in by the service; the worker does it, which may wait for files.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    exists,
    func,
    null,
    or_,
    select,
    text,
    update,
)

from lineup.blobs import BlobStore
from lineup.contracts.accounts.partner_events import PartnerPurgeRequested
from lineup.contracts.playlists.events import PlaylistsPurged
from lineup.database import UnitOfWork, wake
from lineup.database.purging import (
    CHUNK,
    Purging,
    audit_rows,
    below_partner,
    kept_answers,
    of_partner,
    rows,
)
from playlists.channels.models import (
    Channel,
    ChannelList,
    ImportChange,
    Package,
    PackageChannel,
)
from playlists.entitlements.models import (
    Customer,
    CustomerPackage,
    Partner,
    Seller,
    Subscription,
    User,
)
from playlists.erasure.models import Erasure
from playlists.erasure.operations import shards_are_written
from playlists.guide.models import (
    GuideChannel,
    GuideName,
    GuideSource,
    RetiredImport,
)
from playlists.jobs.models import Job
from playlists.pending.models import AccessFile, ChannelSet
from playlists.pending.operations import FACTS_WAKE
from playlists.purging.files import PartnerFiles
from playlists.purging.models import Purge
from playlists.rendering.models import PartnerOutput

WAKE = "playlists_purges"
"""The PostgreSQL channel that is notified when something is to be deleted."""
PROGRAMMES_AT_ONCE = 20_000
REMOVE_PROGRAMMES = text("""
    DELETE FROM programmes WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM programmes WHERE import_id = ANY(:imports) LIMIT :limit))
""")
IS_EMPTY = func.jsonb_array_length(AccessFile.names) == 0
IS_NOBODYS = ~exists().where(User.id == AccessFile.user_id)


def request_purge(work: UnitOfWork, requested: PartnerPurgeRequested) -> None:
    """Everything of a partner is to be deleted: the worker does it."""
    Purging("playlists", Purge, (), _confirm).receive(work, requested)
    wake(work.session, WAKE)


def purging_with(blobs: BlobStore) -> Purging:
    """How everything of a partner is deleted, its files in this store included."""
    files = PartnerFiles(blobs)
    steps = (
        files.remove_uploads,
        of_partner(Job),
        _programmes,
        rows(GuideName, lambda purge: GuideName.import_id.in_(_imports(purge))),
        rows(RetiredImport, lambda purge: RetiredImport.import_id.in_(_imports(purge))),
        rows(GuideChannel, lambda purge: GuideChannel.source_id.in_(_sources(purge))),
        of_partner(GuideSource),
        of_partner(ImportChange),
        of_partner(ChannelList),
        rows(PackageChannel, lambda p: PackageChannel.package_id.in_(_packages(p))),
        of_partner(CustomerPackage),
        of_partner(Package),
        files.remove_logos,
        of_partner(Channel),
        of_partner(Subscription),
        _empty_facts,
        of_partner(User),
        _empty_strays,
        rows(AccessFile, lambda _: IS_EMPTY, lambda _: IS_NOBODYS),
        below_partner(Customer),
        below_partner(Erasure),
        below_partner(Seller),
        of_partner(PartnerOutput),
        of_partner(ChannelSet),
        files.remove_manifests,
        shards_are_written,
        audit_rows,
        kept_answers,
    )
    return Purging("playlists", Purge, steps, _confirm)


def _confirm(work: UnitOfWork, purge: Purge) -> None:
    """The partner's own copy stays, empty: older announcements then change nothing."""
    theirs = update(Partner).where(Partner.id == purge.id)
    work.session.execute(theirs.values(name="", public_url=""))
    work.announce(PlaylistsPurged(id=purge.id, version=purge.version))


def _sources(purge: Any) -> Select[Any]:
    return select(GuideSource.id).where(GuideSource.partner_id == purge.id)


def _imports(purge: Any) -> Select[Any]:
    theirs = GuideChannel.source_id.in_(_sources(purge))
    return select(GuideChannel.import_id).where(theirs).distinct()


def _packages(purge: Any) -> Select[Any]:
    return select(Package.id).where(Package.partner_id == purge.id)


def _users(purge: Any) -> Select[Any]:
    return select(User.id).where(User.partner_id == purge.id)


def _programmes(work: UnitOfWork, purge: Any) -> int:
    """Programmes have no key: some of them are found by where they lie."""
    imports = list(work.session.scalars(_imports(purge)))
    places = {"imports": imports, "limit": PROGRAMMES_AT_ONCE}
    gone: Any = work.session.execute(REMOVE_PROGRAMMES, places)
    return int(gone.rowcount)


def _empty_facts(work: UnitOfWork, purge: Any) -> int:
    """Let the shards lose the partner's users: they follow a fact that changes."""
    return _empty(work, AccessFile.user_id.in_(_users(purge)))


def _empty_strays(work: UnitOfWork, purge: Any) -> int:
    """The same of facts that were made anew meanwhile."""
    return _empty(work, AccessFile.fact["partner_id"].astext == str(purge.id))


def _empty(work: UnitOfWork, *theirs: ColumnElement[bool]) -> int:
    filled = or_(~IS_EMPTY, AccessFile.due_at.is_not(None))
    some = select(AccessFile.user_id).where(*theirs, filled).limit(CHUNK)
    emptied = (
        update(AccessFile)
        .where(AccessFile.user_id.in_(some.scalar_subquery()))
        .values(fact=null(), names=[], due_at=None)
        .returning(AccessFile.user_id)
        .execution_options(synchronize_session=False)
    )
    count = len(work.session.execute(emptied).all())
    wake(work.session, FACTS_WAKE)
    return count
