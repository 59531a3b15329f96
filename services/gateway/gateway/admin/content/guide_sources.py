"""Pages about where the guide comes from."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway import uploads
from gateway.admin.content.forms import EditSourceForm, NewSourceForm
from gateway.admin.content.imports import uploaded
from gateway.panel.filters import TextFilter, YesNo
from gateway.panel.forms import Confirmation, form_page, go_to, status_of, submit
from gateway.panel.guard import page_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT
from lineup.contracts.playlists.guide import (
    DeleteGuideSource,
    FetchGuide,
    GetGuideSource,
    GuideSourceView,
    ListGuideSources,
)
from lineup.verbs import Done

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
@page_for(PARTNERS, limit=uploads.most_bytes)
def new_guide_source() -> ResponseReturnValue:
    """Add a guide: a file or an address."""
    form = NewSourceForm()
    made = submit(form, lambda: _create(form))
    if made is not None:
        flash(f"{made.name} was created.")
        return _to_its_job(made)
    page = render_template("admin/content/guide_form.html", form=form)
    return page, status_of(form)


@pages.route("/guide/sources/<uuid:source_id>", methods=["GET", "POST"])
@uploads.takes_files
@page_for(PARTNERS, limit=uploads.most_bytes)
def edit_guide_source(source_id: UUID) -> ResponseReturnValue:
    """Change a source; what shapes its programmes counts from the next run on."""
    source = _source(source_id)
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
@page_for(PARTNERS)
def fetch_guide(source_id: UUID) -> Answer:
    """Fetch a source now; with force a much smaller guide is taken, too."""
    rpc_request = FetchGuide(
        source_id=source_id, force=request.form.get("force") == "on"
    )
    job = ask(rpc_request)
    return redirect(url_for("jobs_pages.show_job", job_id=job.id))


@pages.route("/guide/sources/<uuid:source_id>/delete", methods=["GET", "POST"])
@page_for(PARTNERS)
def delete_guide_source(source_id: UUID) -> ResponseReturnValue:
    """Ask, and forget a source with its programmes."""
    source = _source(source_id)
    form = Confirmation()
    if submit(form, lambda: _delete(source_id)) is not None:
        flash(f"{source.name} was deleted.")
        return redirect(url_for("sources_pages.list_guide_sources"))
    page = render_template("admin/content/guide_delete.html", form=form, source=source)
    return page, status_of(form)


def _source(source_id: UUID) -> GuideSourceView:
    rpc_request = GetGuideSource(source_id=source_id)
    return ask(rpc_request)


def _to_its_job(source: GuideSourceView) -> Answer:
    """To how its first fetch goes; to the list when it is off."""
    if source.open_job_id is None:
        return redirect(url_for("sources_pages.list_guide_sources"))
    return redirect(url_for("jobs_pages.show_job", job_id=source.open_job_id))


def _create(form: NewSourceForm) -> GuideSourceView:
    return ask(form.to_request(uploaded(form.file.data)))


def _update(source_id: UUID, form: EditSourceForm) -> GuideSourceView:
    rpc_request = form.to_request(source_id, uploaded(form.file.data))
    return ask(rpc_request)


def _delete(source_id: UUID) -> Done:
    rpc_request = DeleteGuideSource(source_id=source_id)
    ask(rpc_request)
    return Done()
