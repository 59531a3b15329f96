"""What can be asked of imports: begin one, look at a list before, undo the last."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import exists, select

from lineup.contracts.playlists.jobs import (
    GetJob,
    ImportChannels,
    JobState,
    JobView,
    PreviewChannels,
    UndoImport,
)
from lineup.contracts.playlists.refusals import NoPreview, NotUndoable
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.verbs import handles
from playlists import owners
from playlists.addresses import check_address
from playlists.channels.models import ImportChange
from playlists.channels.packages import demo_package, get_own_package
from playlists.jobs.models import Job
from playlists.jobs.operations import enqueue, find_job, job_view
from playlists.uploads import check_upload

IMPORT_JOB = "import_channels"
PREVIEW_JOB = "preview_channels"
UNDO_JOB = "undo_import"


@handles(ImportChannels)
def import_channels(work: UnitOfWork, request: ImportChannels) -> JobView:
    """Have the worker import a playlist; the job shows how it goes."""
    if request.preview_id is not None:
        request = _as_previewed(work, request, request.preview_id)
    owner = owners.owner_of(work, request.partner_id)
    _must_be_one(request.upload, request.address)
    if request.package_id is not None:
        get_own_package(work, owner.partner_id, request.package_id)
    demo_package(work, owner)
    payload = {
        **_from(request),
        "package_id": request.package_id and str(request.package_id),
        "groups": request.groups,
        "takes_films": request.takes_films,
        "signs": request.signs,
        "marks_adult_groups": request.marks_adult_groups,
    }
    return job_view(enqueue(work, IMPORT_JOB, owner=owner, payload=payload))


@handles(PreviewChannels)
def preview_channels(work: UnitOfWork, request: PreviewChannels) -> JobView:
    """Have the worker read a playlist; the job shows what is in it."""
    owner = owners.owner_of(work, request.partner_id)
    _must_be_one(request.upload, request.address)
    return job_view(enqueue(work, PREVIEW_JOB, owner=owner, payload=_from(request)))


@handles(UndoImport)
def undo_import(work: UnitOfWork, request: UndoImport) -> JobView:
    """Have the worker undo a partner's last import."""
    job = find_job(work, GetJob(job_id=request.job_id))
    if not is_undoable(work, job):
        raise NotUndoable
    payload = {"job_id": str(job.id), "subject": job.payload.get("subject", "")}
    owner = owners.owner_of(work, job.partner_id)
    undo = enqueue(
        work, UNDO_JOB, owner=owner, single_key=f"{UNDO_JOB}:{job.id}", payload=payload
    )
    return job_view(undo)


def is_undoable(work: UnitOfWork, job: Job) -> bool:
    """Whether what a job did is still written down."""
    if job.kind != IMPORT_JOB or job.state != JobState.DONE:
        return False
    written = select(exists().where(ImportChange.job_id == job.id))
    return bool(work.session.scalar(written))


def _as_previewed(
    work: UnitOfWork, request: ImportChannels, preview_id: UUID
) -> ImportChannels:
    """The request with what its preview read, for the partner it was read for."""
    if request.partner_id is not None:
        owners.owner_of(work, request.partner_id)
    if request.upload or request.address:
        raise Invalid(
            fields={"preview_id": ["Choose a preview or a playlist to import."]}
        )
    job = find_job(work, GetJob(job_id=preview_id))
    if job.kind != PREVIEW_JOB or job.state != JobState.DONE:
        raise NoPreview
    said = job.payload
    return replace(
        request,
        upload=said["upload"],
        address=said["address"],
        file_name=said["file_name"],
        partner_id=job.partner_id,
    )


def _must_be_one(upload: str, address: str) -> None:
    if upload and address:
        raise Invalid(fields={"address": ["Enter a URL or upload a file, not both."]})
    if not upload and not address:
        raise Invalid(fields={"address": ["Enter a URL or upload a file."]})


def _from(request: ImportChannels | PreviewChannels) -> dict[str, Any]:
    host = urlsplit(request.address).hostname
    return {
        "upload": check_upload(request.upload),
        "address": check_address(request.address),
        "file_name": request.file_name,
        "subject": host or request.file_name or "A file",
    }


def undone_job(payload: dict[str, Any]) -> UUID:
    """Which import a job of undoing is about."""
    return UUID(payload["job_id"])
