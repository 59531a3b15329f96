"""Pages about imports, and about the jobs they are."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from gateway import uploads
from gateway.admin import choices
from gateway.admin.content.forms import ChosenImportForm, ImportForm
from gateway.app_context import app_context
from gateway.panel.filters import Choice, Id
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import may_open, page_for
from gateway.panel.optional_results import optional
from gateway.panel.people import with_nothing
from gateway.panel.tables import Column, Table
from gateway.request_context import ask, ask_later
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.billing.catalog import ListProducts
from lineup.contracts.paging import Paging
from lineup.contracts.playlists.jobs import (
    GetJob,
    ImportChannels,
    JobState,
    ListJobs,
    UndoImport,
)

pages = Blueprint("jobs_pages", __name__)

KINDS = (
    ("import_channels", "Channels"),
    ("preview_channels", "Channel preview"),
    ("undo_import", "Undo import"),
    ("import_guide", "Guide"),
    ("render_channels", "Playlist update"),
)
JOBS = Table(
    "jobs",
    Column("kind", "Type"),
    Column("subject", "Source"),
    Column("state", "Status"),
    Column("message", "Result"),
    Column("created_at", "Started"),
    Column("finished_at", "Finished", is_hidden=True),
    filters=(
        Choice("kind", "Type", KINDS),
        Choice("state", "Status", JobState),
        Id("source_id", "Guide source"),
    ),
)


@pages.get("/jobs")
@page_for(PARTNERS_AND_SUPPORT)
def list_jobs() -> str:
    """Imports and fetches, newest first."""
    listing = JOBS.listing_of(ListJobs)
    return render_template("admin/content/jobs.html", listing=listing)


@pages.get("/jobs/<uuid:job_id>")
@page_for(PARTNERS_AND_SUPPORT)
def show_job(job_id: UUID) -> str:
    """How an import goes; the page refreshes itself until it is over."""
    job = ask(GetJob(job_id=job_id))
    is_over = job.state in {JobState.DONE, JobState.FAILED}
    return render_template(
        "admin/content/job.html",
        job=job,
        is_over=is_over,
        sells_nothing=_sells_nothing(),
    )


@pages.route("/jobs/<uuid:job_id>/choose", methods=["GET", "POST"])
@page_for(PARTNERS, asks=ImportChannels)
def choose_groups(job_id: UUID) -> ResponseReturnValue:
    """Import what is chosen of a list that was looked at."""
    job = ask(GetJob(job_id=job_id))
    packages = choices.packages()
    form = ChosenImportForm()
    form.choose_from(job.groups)
    form.package_id.choices = with_nothing(packages(), "No package")
    return form_page(
        "admin/content/import_choose.html",
        form,
        lambda: ask(form.to(ImportChannels, preview_id=job_id, groups=form.chosen())),
        lambda begun: go_to(url_for("jobs_pages.show_job", job_id=begun.id)),
        job=job,
    )


@pages.post("/jobs/<uuid:job_id>/undo")
@page_for(PARTNERS, asks=UndoImport)
def undo_import(job_id: UUID) -> Answer:
    """Undo the last import."""
    undo = ask(UndoImport(job_id=job_id))
    return redirect(url_for("jobs_pages.show_job", job_id=undo.id), 303)


@pages.route("/channels/import", methods=["GET", "POST"])
@uploads.takes_files
@page_for(PARTNERS, limit=uploads.most_bytes, asks=ImportChannels)
def import_channels() -> ResponseReturnValue:
    """Import an M3U: a file or an address."""
    packages = choices.packages()
    form = ImportForm()
    form.package_id.choices = with_nothing(packages(), "No package")
    return form_page(
        "admin/content/import_form.html",
        form,
        lambda: ask(form.to_request(uploaded(form.file.data))),
        lambda job: go_to(url_for("jobs_pages.show_job", job_id=job.id)),
    )


def _sells_nothing() -> bool:
    """Whether the first line can be sold next: the actor has no product yet."""
    if not may_open("sell_pages.first_line"):
        return False
    found = optional(ask_later(ListProducts(paging=Paging(limit=1)))).value
    return found is not None and not found.items


def uploaded(file: FileStorage | None) -> str:
    """The name of the uploaded file in the store; empty when there is none."""
    return uploads.keep(app_context().blobs, file) if file else ""
