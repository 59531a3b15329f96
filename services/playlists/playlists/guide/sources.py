"""What can be asked of guide sources."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, DateTime, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from lineup.contracts.paging import Page
from lineup.contracts.playlists.guide import (
    CreateGuideSource,
    DeleteGuideSource,
    FetchGuide,
    GetGuideSource,
    GuideSourceView,
    ListGuideSources,
    UpdateGuideSource,
)
from lineup.contracts.playlists.jobs import JobView
from lineup.contracts.playlists.refusals import GuideSourceNotFound
from lineup.database import UnitOfWork, page_of
from lineup.errors import Invalid
from lineup.ids import new_id
from lineup.scope import in_scope
from lineup.secrets import Keyring
from lineup.verbs import Done, handles
from playlists.guide.models import GuideSource, RetiredImport
from playlists.guide.source_settings import changed_headers, open_headers, stored
from playlists.guide.source_views import (
    IMPORT_JOB,
    single_key,
    source_view,
    source_views,
)
from playlists.jobs.models import Job
from playlists.jobs.operations import enqueue, job_view
from playlists.owners import owner_of
from playlists.pending import operations as pending
from playlists.uploads import check_upload

log = structlog.get_logger(__name__)
PAUSE = timedelta(hours=1)
NEVER = func.to_timestamp(0, type_=DateTime(timezone=True))
SHAPING = {"address", "headers", "shift_minutes", "time_zone"}
"""Columns by which a fetch brings other programmes."""
SCHEDULING = {"address", "every_hours", "is_on"}
ORDERS = {
    "newest": GuideSource.id,
    "name": func.lower(GuideSource.name),
    "last_fetched_at": func.coalesce(GuideSource.last_fetched_at, NEVER),
    "reaches_until": func.coalesce(GuideSource.reaches_until, NEVER),
    "programmes": GuideSource.programmes,
}


@handles(CreateGuideSource)
def create_guide_source(
    work: UnitOfWork, request: CreateGuideSource, *, keyring: Keyring
) -> GuideSourceView:
    """Add a source; it is fetched at once unless it is off."""
    owner = owner_of(work, request.partner_id)
    if bool(request.address) == bool(request.upload):
        raise Invalid(fields={"address": ["Enter a URL or upload a file, not both."]})
    source = GuideSource(
        id=new_id(),
        partner_id=owner.partner_id,
        scope=owner.scope,
        upload=check_upload(request.upload),
        created_at=work.now,
        import_id=None,
        warnings=[],
        **stored(request, keyring),
    )
    work.session.add(source)
    work.session.flush()
    if source.is_on:
        enqueue_fetch(work, source)
    plan_next(work, source)
    return source_view(work, source, keyring)


@handles(UpdateGuideSource, changes=GetGuideSource)
def update_guide_source(
    work: UnitOfWork, request: UpdateGuideSource, *, keyring: Keyring
) -> GuideSourceView:
    """Change what is given of a source; it counts from the next fetch on.

    A new file in place of the old one is read at once.
    """
    source = find_source(work, request.source_id, for_update=True)
    columns = stored(_with_headers(request, source, keyring), keyring)
    for name, value in columns.items():
        setattr(source, name, value)
    if not (source.address or request.upload or source.upload):
        raise Invalid(fields={"address": ["Enter a URL."]})
    if columns.keys() & SHAPING:
        source.etag = source.last_modified = ""
    if request.upload:
        source.upload = check_upload(request.upload)
        enqueue_fetch(work, source)
    if columns.keys() & SCHEDULING:
        plan_next(work, source)
    work.session.flush()
    pending.mark_changed(work, source.partner_id)
    return source_view(work, source, keyring)


def _with_headers(
    request: UpdateGuideSource, source: GuideSource, keyring: Keyring
) -> UpdateGuideSource:
    """The request with all header fields, where it changes some of them."""
    if not request.header_changes:
        return request
    present = open_headers(keyring, source.headers)
    headers = changed_headers(present, request.header_changes)
    return replace(request, headers=headers)


@handles(DeleteGuideSource, changes=GetGuideSource)
def delete_guide_source(work: UnitOfWork, request: DeleteGuideSource) -> Done:
    """Forget a source and its programmes; the worker clears the rows away."""
    source = find_source(work, request.source_id, for_update=True)
    retire(work, source)
    work.session.delete(source)
    work.session.flush()
    pending.mark_changed(work, source.partner_id)
    return Done()


@handles(GetGuideSource, row=GuideSource)
def get_guide_source(
    work: UnitOfWork, request: GetGuideSource, *, keyring: Keyring
) -> GuideSourceView:
    """One source with how its last run went."""
    return source_view(work, find_source(work, request.source_id), keyring)


@handles(ListGuideSources)
def list_guide_sources(
    work: UnitOfWork, request: ListGuideSources, *, keyring: Keyring
) -> Page[GuideSourceView]:
    """Guide sources, newest first; also by name, last fetch or how far they reach."""
    statement = in_scope(select(GuideSource), GuideSource, work.actor)
    page = page_of(
        work.session,
        statement.where(*_conditions(request)),
        GuideSource,
        request.paging,
        lambda source: source,
        ORDERS,
    )
    return page.showing(source_views(work, page.items, keyring))


def _conditions(request: ListGuideSources) -> Iterator[ColumnElement[bool]]:
    if text := request.search.strip():
        yield or_(
            GuideSource.name.icontains(text, autoescape=True),
            GuideSource.address.icontains(text, autoescape=True),
        )
    if request.is_on is not None:
        yield GuideSource.is_on.is_(request.is_on)
    if request.is_failing is not None:
        yield (GuideSource.last_error_code != "").is_(request.is_failing)


@handles(FetchGuide)
def fetch_guide(work: UnitOfWork, request: FetchGuide) -> JobView:
    """Fetch a source now, on or off; `force` takes a much smaller answer, too."""
    source = find_source(work, request.source_id)
    job = enqueue_fetch(work, source, force=request.force)
    return job_view(job)


def enqueue_due(work: UnitOfWork) -> int:
    """Queue the fetches whose time has come; how many. Harmless in copies."""
    due = work.session.scalars(
        select(GuideSource)
        .where(GuideSource.is_on, GuideSource.fetch_at <= work.now)
        .order_by(GuideSource.fetch_at)
        .limit(100)
        .with_for_update(skip_locked=True)
    ).all()
    for source in due:
        _enqueue_alone(work, source)
    return len(due)


def _enqueue_alone(work: UnitOfWork, source: GuideSource) -> None:
    """Queue a fetch; a source for which that fails is put off, and stops no other."""
    try:
        with work.session.begin_nested():
            enqueue_fetch(work, source)
            plan_next(work, source)
    except Exception:
        log.exception("guide_not_queued", source_id=str(source.id))
        _count_put_off()
        later = update(GuideSource).where(GuideSource.id == source.id)
        work.session.execute(later.values(fetch_at=work.now + PAUSE))


def _count_put_off() -> None:
    # Some megabytes that an import does not need.
    from lineup.metrics import PUT_OFF

    PUT_OFF.labels("playlists", "guides").inc()


def enqueue_fetch(work: UnitOfWork, source: GuideSource, *, force: bool = False) -> Job:
    """Queue a source's fetch unless one is open."""
    return enqueue(
        work,
        IMPORT_JOB,
        owner=source,
        single_key=single_key(source.id),
        payload={
            "source_id": str(source.id),
            "force": force,
            "subject": source.name,
        },
    )


def plan_next(work: UnitOfWork, source: GuideSource) -> None:
    """Say when the schedule fetches it next; an upload is read once only."""
    is_scheduled = source.is_on and source.address
    later = work.now + timedelta(hours=source.every_hours)
    source.fetch_at = later if is_scheduled else None


def retire(work: UnitOfWork, source: GuideSource) -> None:
    """Leave the rows a source shows now for the worker to clear away."""
    if source.import_id is not None:
        work.session.execute(
            insert(RetiredImport)
            .values(import_id=source.import_id, retired_at=work.now)
            .on_conflict_do_nothing()
        )


def find_source(
    work: UnitOfWork, source_id: UUID, *, for_update: bool = False
) -> GuideSource:
    """A source in the actor's scope; GuideSourceNotFound outside it."""
    statement = select(GuideSource).where(GuideSource.id == source_id)
    if for_update:
        statement = statement.with_for_update()
    statement = in_scope(statement, GuideSource, work.actor)
    found = work.session.scalars(statement).one_or_none()
    if found is None:
        raise GuideSourceNotFound
    return found
