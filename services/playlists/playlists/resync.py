"""Everything playlists announces and renders, said and made again."""

from uuid import UUID

from sqlalchemy import select

from lineup.database import Database
from playlists.channels.models import Package
from playlists.channels.packages import announce
from playlists.entitlements.operations import refresh_everybody
from playlists.pending.operations import render_everything

AT_ONCE = 500


def resync(database: Database) -> int:
    """Announce every package in its present version; how many there were.

    Access facts and channel sets are made anew by the worker, so that a blob store
    that was lost fills again.
    """
    count, after = 0, UUID(int=0)
    while True:
        with database.transaction() as work:
            statement = select(Package).where(Package.id > after).order_by(Package.id)
            packages = work.session.scalars(statement.limit(AT_ONCE)).all()
            for package in packages:
                announce(work, package)
        if not packages:
            break
        count, after = count + len(packages), packages[-1].id
    with database.transaction() as work:
        refresh_everybody(work)
        render_everything(work)
    return count
