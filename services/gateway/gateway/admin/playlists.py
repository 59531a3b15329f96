"""Pages about channels, packages, imports and the guide."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from gateway import uploads
from gateway.admin.billing import ALL
from gateway.admin.forms import GuideForm, ImportForm, PackageForm
from gateway.asking import context
from gateway.ground import clients, ground
from gateway.panel.filters import Id, Text
from gateway.panel.forms import LineupForm, attempt, status_of
from gateway.panel.guard import page_for
from gateway.panel.parts import READ_SECONDS
from gateway.panel.tables import Column, Table
from lineup.context import PARTNERS, Role
from lineup.contracts.accounts import Done
from lineup.contracts.playlists import (
    DeleteGuideSource,
    FetchGuide,
    GetGuideSource,
    GetJob,
    GuideSourceView,
    JobState,
    JobView,
    ListChannels,
    ListGuideSources,
    ListPackages,
)

pages = Blueprint("playlists_pages", __name__)

Shown = str | tuple[str, int] | Answer

READERS = PARTNERS | {Role.SUPPORT}

CHANNELS = Table(
    "channels",
    Column("number", "Number", path="details.number", is_numeric=True),
    Column("name", "Name", path="details.name"),
    Column("group", "Group", path="details.group"),
    Column("guide_id", "Guide id", path="details.guide_id"),
    Column("guide_until", "Guide until"),
    Column("state", "State"),
    filters=(Text("Name"), Id("package_id", "Package")),
)
PACKAGES = Table(
    "packages",
    Column("name", "Name"),
    Column("channel_count", "Channels", is_numeric=True),
    filters=(Text("Name"),),
)
SOURCES = Table(
    "guide-sources",
    Column("name", "Name"),
    Column("address", "From"),
    Column("programmes", "Programmes", is_numeric=True),
    Column("channels", "Channels", is_numeric=True),
    Column("matched_channels", "Tied to ours", is_numeric=True),
    Column("reaches_until", "Reaches until"),
    Column("last_fetched_at", "Last fetched"),
    Column("last_error", "Last error"),
    Column("acts", ""),
)


@pages.get("/channels")
@page_for(READERS)
def list_channels() -> str:
    """Channels in order of number, narrowed by a text or package."""
    listing = CHANNELS.asked_of(clients().playlists.list_channels, ListChannels)
    return render_template("admin/playlists/channels.html", listing=listing)


@pages.route("/channels/import", methods=["GET", "POST"])
@page_for(PARTNERS, limit=uploads.most_bytes)
def import_channels() -> Shown:
    """Import an M3U: a file or an address."""
    form = ImportForm()
    packages = clients().playlists.list_packages(
        context(), ListPackages(paging=ALL), timeout=READ_SECONDS
    )
    form.package_id.choices = [
        SelectChoice("", "none"),
        *(SelectChoice(str(package.id), package.name) for package in packages.items),
    ]
    job = attempt(form, lambda: _begin_import(form))
    if job is not None:
        return redirect(url_for("playlists_pages.show_job", job_id=job.id))
    page = render_template("admin/playlists/import_form.html", form=form)
    return page, status_of(form)


@pages.get("/jobs/<uuid:job_id>")
@page_for(READERS)
def show_job(job_id: UUID) -> Shown:
    """How an import goes; the page loads itself again until it is over."""
    job = clients().playlists.get_job(
        context(), GetJob(job_id=job_id), timeout=READ_SECONDS
    )
    is_over = job.state in {JobState.DONE, JobState.FAILED}
    return render_template("admin/playlists/job.html", job=job, is_over=is_over)


@pages.get("/packages")
@page_for(READERS)
def list_packages() -> str:
    """Packages, the demo set among them."""
    listing = PACKAGES.asked_of(clients().playlists.list_packages, ListPackages)
    return render_template("admin/playlists/packages.html", listing=listing)


@pages.route("/packages/new", methods=["GET", "POST"])
@page_for(PARTNERS)
def new_package() -> Shown:
    """Make a package; an import fills it."""
    form = PackageForm()
    made = attempt(
        form, lambda: clients().playlists.create_package(context(), form.question())
    )
    if made is not None:
        flash(f"{made.name} was made; import channels into it.")
        return redirect(url_for("playlists_pages.list_packages"))
    page = render_template("admin/playlists/package_form.html", form=form)
    return page, status_of(form)


@pages.get("/guide-sources")
@page_for(READERS)
def list_guide_sources() -> str:
    """Where the guide comes from, and how far it reaches."""
    listing = SOURCES.asked_of(clients().playlists.list_guide_sources, ListGuideSources)
    return render_template("admin/playlists/guide_sources.html", listing=listing)


@pages.route("/guide-sources/new", methods=["GET", "POST"])
@page_for(PARTNERS, limit=uploads.most_bytes)
def new_guide_source() -> Shown:
    """Add a guide: a file or an address."""
    form = GuideForm()
    made = attempt(form, lambda: _create_source(form))
    if made is not None:
        flash(f"{made.name} was added.")
        return redirect(url_for("playlists_pages.list_guide_sources"))
    page = render_template("admin/playlists/guide_form.html", form=form)
    return page, status_of(form)


@pages.post("/guide-sources/<uuid:source_id>/fetch")
@page_for(PARTNERS)
def fetch_guide(source_id: UUID) -> Shown:
    """Fetch a source now."""
    question = FetchGuide(source_id=source_id, force=request.form.get("force") == "on")
    job = clients().playlists.fetch_guide(context(), question)
    return redirect(url_for("playlists_pages.show_job", job_id=job.id))


@pages.route("/guide-sources/<uuid:source_id>/delete", methods=["GET", "POST"])
@page_for(PARTNERS)
def delete_guide_source(source_id: UUID) -> Shown:
    """Ask, and forget a source with its programmes."""
    source = clients().playlists.get_guide_source(
        context(), GetGuideSource(source_id=source_id), timeout=READ_SECONDS
    )
    form = LineupForm()
    if attempt(form, lambda: _delete(source_id)) is not None:
        flash(f"{source.name} was deleted.")
        return redirect(url_for("playlists_pages.list_guide_sources"))
    page = render_template(
        "admin/playlists/guide_delete.html", form=form, source=source
    )
    return page, status_of(form)


def _delete(source_id: UUID) -> Done:
    question = DeleteGuideSource(source_id=source_id)
    clients().playlists.delete_guide_source(context(), question)
    return Done()


def _begin_import(form: ImportForm) -> JobView:
    return clients().playlists.import_channels(
        context(), form.question(_uploaded(form.file.data))
    )


def _create_source(form: GuideForm) -> GuideSourceView:
    return clients().playlists.create_guide_source(
        context(), form.question(_uploaded(form.file.data))
    )


def _uploaded(file: FileStorage | None) -> str:
    """The name of the uploaded file in the store; empty when there is none."""
    return uploads.keep(ground().blobs, file) if file else ""
