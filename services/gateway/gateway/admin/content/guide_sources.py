"""Pages about where the guide comes from."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway import uploads
from gateway.admin.content.forms import EditSourceForm, NewSourceForm
from gateway.admin.content.imports import uploaded
from gateway.panel.filters import TextFilter, YesNo
from gateway.panel.forms import confirm_page, form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.playlists.guide import (
    CreateGuideSource,
    DeleteGuideSource,
    FetchGuide,
    GetGuideSource,
    GuideSourceView,
    ListGuideSources,
    UpdateGuideSource,
)

pages = Blueprint("sources_pages", __name__)

SOURCES = Table(
    "guide-sources",
    Column("name", "Name", order="name"),
    Column("last", "Last fetch", order="last_fetched_at"),
    Column("programmes", "Programmes", order="programmes", is_numeric=True),
    Column("channels", "Guide channels", is_numeric=True),
    Column("matched_channels", "Matched channels", is_numeric=True),
    Column("reaches_until", "Available until", order="reaches_until"),
    Column("next", "Next fetch"),
    Column("acts", ""),
    filters=(
        TextFilter("Name or URL"),
        YesNo("is_on", "Status", "Enabled", "Disabled"),
        YesNo("is_failing", "Last fetch", "Failed", "OK"),
    ),
)


@pages.get("/guide/sources")
@page_for(PARTNERS_AND_SUPPORT)
def list_guide_sources() -> str:
    """Where the guide comes from, how the last run went, and how far it reaches."""
    listing = SOURCES.listing_of(ListGuideSources)
    return render_template("admin/content/guide_sources.html", listing=listing)


@pages.route("/guide/sources/new", methods=["GET", "POST"])
@uploads.takes_files
@page_for(PARTNERS, limit=uploads.most_bytes, asks=CreateGuideSource)
def new_guide_source() -> ResponseReturnValue:
    """Add a guide: a file or an address."""
    form = NewSourceForm()
    return form_page(
        "admin/content/guide_form.html", form, lambda: _create(form), _to_its_job
    )


@pages.route("/guide/sources/<uuid:source_id>", methods=["GET", "POST"])
@uploads.takes_files
@page_for(PARTNERS, limit=uploads.most_bytes, asks=UpdateGuideSource)
def edit_guide_source(source_id: UUID) -> ResponseReturnValue:
    """Change a source; what shapes its programmes counts from the next run on."""
    source = ask(GetGuideSource(source_id=source_id))
    form = EditSourceForm(source)
    return form_page(
        "admin/content/guide_form.html",
        form,
        lambda: _update(source_id, form),
        lambda changed: go_to(
            url_for("sources_pages.list_guide_sources"), f"{changed.name} was saved."
        ),
        source=source,
    )


@pages.post("/guide/sources/<uuid:source_id>/fetch")
@page_for(PARTNERS, asks=FetchGuide)
def fetch_guide(source_id: UUID) -> Answer:
    """Fetch a source now; with force a much smaller guide is taken, too."""
    force = request.form.get("force") == "on"
    job = ask(FetchGuide(source_id=source_id, force=force))
    return redirect(url_for("jobs_pages.show_job", job_id=job.id))


@pages.route("/guide/sources/<uuid:source_id>/delete", methods=["GET", "POST"])
@page_for(PARTNERS, asks=DeleteGuideSource)
def delete_guide_source(source_id: UUID) -> ResponseReturnValue:
    """Ask, and forget a source with its programmes."""
    source = ask(GetGuideSource(source_id=source_id))
    return confirm_page(
        "admin/content/guide_delete.html",
        DeleteGuideSource(source_id=source_id),
        url_for("sources_pages.list_guide_sources"),
        f"{source.name} was deleted.",
        source=source,
    )


def _to_its_job(source: GuideSourceView) -> Answer:
    """To how its first fetch goes; to the list when it is off."""
    address = url_for("sources_pages.list_guide_sources")
    if source.open_job_id is not None:
        address = url_for("jobs_pages.show_job", job_id=source.open_job_id)
    return go_to(address, f"{source.name} was created.")


def _create(form: NewSourceForm) -> GuideSourceView:
    upload = uploaded(form.file.data)
    return ask(
        form.to(
            CreateGuideSource,
            upload="" if form.address.data else upload,
            headers=form.entered_headers(),
        )
    )


def _update(source_id: UUID, form: EditSourceForm) -> GuideSourceView:
    return ask(
        form.to(
            UpdateGuideSource,
            source_id=source_id,
            upload=uploaded(form.file.data),
            headers=form.changed_headers(),
        )
    )
