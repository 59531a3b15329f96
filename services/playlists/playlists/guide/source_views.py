"""What staff sees of guide sources."""

from uuid import UUID

from lineup.contracts.playlists.guide import GuideSourceView
from lineup.database import UnitOfWork
from lineup.secrets import Keyring
from playlists.guide.mapping import coverage_at, matched_channels
from playlists.guide.models import GuideSource
from playlists.guide.source_settings import open_headers
from playlists.jobs.operations import find_open_among

IMPORT_JOB = "import_guide"


def single_key(source_id: UUID) -> str:
    """What makes two fetches of one source the same job."""
    return f"{IMPORT_JOB}:{source_id}"


def source_view(
    work: UnitOfWork, source: GuideSource, keyring: Keyring
) -> GuideSourceView:
    """What staff sees of a source."""
    return source_views(work, [source], keyring)[0]


def source_views(
    work: UnitOfWork, sources: list[GuideSource], keyring: Keyring
) -> list[GuideSourceView]:
    """What staff sees of sources; of header fields only the names."""
    matched = matched_channels(work, {source.partner_id for source in sources})
    jobs = find_open_among(work, [single_key(source.id) for source in sources])
    return [
        GuideSourceView(
            updated_at=source.last_change,
            id=source.id,
            partner_id=source.partner_id,
            name=source.name,
            address=source.address,
            every_hours=source.every_hours,
            shift_minutes=source.shift_minutes,
            time_zone=source.time_zone,
            is_on=source.is_on,
            programmes=source.programmes,
            channels=source.channels,
            matched_channels=matched.get(source.id, 0),
            last_fetched_at=source.last_fetched_at,
            last_error=source.last_error,
            last_error_code=source.last_error_code,
            warnings=list(source.warnings),
            reaches_until=source.reaches_until,
            reach=coverage_at(source.reaches_until, work.now),
            next_fetch_at=source.fetch_at,
            header_names=sorted(open_headers(keyring, source.headers)),
            open_job_id=jobs.get(single_key(source.id)),
        )
        for source in sources
    ]
