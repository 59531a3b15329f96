"""Pages about imports, and about the jobs they are."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from gateway import uploads
from gateway.admin import choices
from gateway.admin.content_forms import ImportForm
from gateway.asking import context
from gateway.ground import clients, ground
from gateway.panel.filters import Choice, Id
from gateway.panel.forms import attempt, status_of
from gateway.panel.guard import page_for
from gateway.panel.people import with_nothing
from gateway.panel.tables import Column, Table
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.playlists import GetJob, JobState, JobView, ListJobs

pages = Blueprint("jobs_pages", __name__)

Shown = str | tuple[str, int] | Answer

KINDS = (("import_channels", "Channels"), ("import_guide", "Guide"))
JOBS = Table(
    "jobs",
    Column("kind", "What"),
    Column("subject", "Of"),
    Column("state", "State"),
    Column("message", "What came of it"),
    Column("created_at", "Begun"),
    Column("finished_at", "Over", is_hidden=True),
    filters=(
        Choice("kind", "What", KINDS),
        Choice("state", "State", JobState),
        Id("source_id", "Guide source"),
    ),
)


@pages.get("/jobs")
@page_for(PARTNERS_AND_SUPPORT)
def list_jobs() -> str:
    """Imports and fetches, newest first."""
    listing = JOBS.asked_of(clients().playlists.list_jobs, ListJobs)
    return render_template("admin/playlists/jobs.html", listing=listing)


@pages.get("/jobs/<uuid:job_id>")
@page_for(PARTNERS_AND_SUPPORT)
def show_job(job_id: UUID) -> str:
    """How an import goes; the page refreshes itself until it is over."""
    job = clients().playlists.get_job(context(), GetJob(job_id=job_id))
    is_over = job.state in {JobState.DONE, JobState.FAILED}
    return render_template("admin/playlists/job.html", job=job, is_over=is_over)


@pages.route("/channels/import", methods=["GET", "POST"])
@page_for(PARTNERS, limit=uploads.most_bytes)
def import_channels() -> Shown:
    """Import an M3U: a file or an address."""
    packages = choices.packages()
    form = ImportForm()
    form.package_id.choices = with_nothing(packages(), "no package")
    job = attempt(form, lambda: _begin_import(form))
    if job is not None:
        return redirect(url_for("jobs_pages.show_job", job_id=job.id))
    page = render_template("admin/playlists/import_form.html", form=form)
    return page, status_of(form)


def uploaded(file: FileStorage | None) -> str:
    """The name of the uploaded file in the store; empty when there is none."""
    return uploads.keep(ground().blobs, file) if file else ""


def _begin_import(form: ImportForm) -> JobView:
    return clients().playlists.import_channels(
        context(), form.question(uploaded(form.file.data))
    )
