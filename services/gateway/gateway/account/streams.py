"""How a partner's players are let in to its streaming servers."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from gateway.account.forms import StreamForm
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.request_context import ask
from lineup.context import OF_PARTNER
from lineup.contracts.playlists.streams import GetStreamSettings, UpdateStreamSettings

pages = Blueprint("streams_pages", __name__)


@pages.route("/settings/streams", methods=["GET", "POST"])
@page_for(OF_PARTNER, asks=UpdateStreamSettings)
def stream_settings() -> ResponseReturnValue:
    """How long a grant to watch is good for, for whom, and at which servers."""
    kept = ask(GetStreamSettings())
    form = StreamForm(kept)
    return form_page(
        "account/streams.html",
        form,
        lambda: ask(form.to_request()),
        lambda _: go_to(
            url_for("streams_pages.stream_settings"), "Stream settings saved."
        ),
    )
