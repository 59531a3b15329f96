"""How a partner's players are let in to its streaming servers."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from gateway.asking import ask
from gateway.own.forms import StreamForm
from gateway.panel.forms import attempt, status_of
from gateway.panel.guard import page_for
from lineup.context import Role
from lineup.contracts.playlists.streams import GetStreamSettings

pages = Blueprint("streams_pages", __name__)

Shown = str | tuple[str, int] | Answer


@pages.route("/settings/streams", methods=["GET", "POST"])
@page_for(frozenset({Role.PARTNER, Role.STAFF}))
def stream_settings() -> Shown:
    """How long a grant to watch is good for, for whom, and at which servers."""
    kept = ask(GetStreamSettings())
    form = StreamForm(kept)
    saved = attempt(
        form,
        lambda: ask(form.question()),
    )
    if saved is not None:
        flash("Stream settings saved.")
        return redirect(url_for("streams_pages.stream_settings"))
    return render_template("own/streams.html", form=form), status_of(form)
