"""Rows of imports nobody shows any more, removed a bounded number at a time."""

import structlog
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from lineup.database import UnitOfWork
from lineup.metrics import PUT_OFF
from playlists.guide.models import GuideChannel, GuideName, RetiredImport

log = structlog.get_logger(__name__)
ROWS_AT_ONCE = 20_000
REMOVE = text("""
    DELETE FROM programmes WHERE import_id = :import_id AND ctid = ANY(ARRAY(
        SELECT ctid FROM programmes WHERE import_id = :import_id LIMIT :limit))
""")


def remove_retired(work: UnitOfWork) -> bool:
    """Remove some rows of one retired import; whether there may be more to remove.

    One whose rows cannot be removed goes behind the others.
    """
    retired = work.session.scalars(
        select(RetiredImport)
        .order_by(RetiredImport.retired_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if retired is None:
        return False
    try:
        with work.session.begin_nested():
            _remove_some(work, retired)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        PUT_OFF.labels("playlists-worker", "retired_imports").inc()
        log.exception("rows_not_removed", import_id=retired.import_id)
        last = update(RetiredImport).values(retired_at=work.now)
        work.session.execute(last.where(RetiredImport.import_id == retired.import_id))
        return False
    return True


def _remove_some(work: UnitOfWork, retired: RetiredImport) -> None:
    places = {"import_id": retired.import_id, "limit": ROWS_AT_ONCE}
    removed = work.session.execute(REMOVE, places)
    if removed.rowcount == 0:  # type: ignore[attr-defined]
        for table in (GuideName, GuideChannel):
            work.session.execute(
                delete(table).where(table.import_id == retired.import_id)
            )
        work.session.delete(retired)
