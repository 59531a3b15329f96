"""Rows of imports nobody shows any more, removed a bounded number at a time."""

from sqlalchemy import delete, select, text

from lineup.database import Work
from playlists.guide.models import GuideChannel, RetiredImport

ROWS_AT_ONCE = 20_000
REMOVE = text("""
    DELETE FROM programmes WHERE import_id = :import_id AND ctid = ANY(ARRAY(
        SELECT ctid FROM programmes WHERE import_id = :import_id LIMIT :limit))
""")


def remove_retired(work: Work) -> bool:
    """Remove some rows of one retired import; whether there may be more to remove."""
    retired = work.session.scalars(
        select(RetiredImport)
        .order_by(RetiredImport.retired_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if retired is None:
        return False
    places = {"import_id": retired.import_id, "limit": ROWS_AT_ONCE}
    removed = work.session.execute(REMOVE, places)
    if removed.rowcount == 0:  # type: ignore[attr-defined]
        work.session.execute(
            delete(GuideChannel).where(GuideChannel.import_id == retired.import_id)
        )
        work.session.delete(retired)
    return True
