"""Acting as a lower account or customer for half an hour, and leaving."""

from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, flash, redirect, request, session, url_for
from werkzeug.wrappers import Response as Answer

from gateway.panel.guard import CAME_FROM, OWN_TOKEN, TOKEN, page_for
from gateway.request_context import ask
from gateway.return_paths import return_path
from gateway.signing import end
from lineup.context import EVERYBODY, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.sessions import EnterAccount

pages = Blueprint("login_as", __name__)


@pages.post("/accounts/<uuid:account_id>/enter")
@page_for(SELLERS_AND_SUPPORT, asks=EnterAccount)
def enter(account_id: UUID) -> Answer:
    """Be signed in as a lower account or customer; one's own session waits."""
    signed = ask(EnterAccount(account_id=account_id))
    session[OWN_TOKEN] = session[TOKEN]
    session[TOKEN] = signed.token
    session[CAME_FROM] = _came_from()
    return redirect(url_for("signing.home"))


@pages.post("/leave")
@page_for(EVERYBODY, while_locked=True)
def leave() -> Answer:
    """Be oneself again."""
    if OWN_TOKEN in session:
        token = session[TOKEN]
        session[TOKEN] = session.pop(OWN_TOKEN)
        end(token)
        flash("You are back in your own account.")
        return redirect(session.pop(CAME_FROM, "") or url_for("signing.home"))
    return redirect(url_for("signing.home"))


def _came_from() -> str:
    """The page of ours on which one pressed to enter; empty where nobody says."""
    referrer = urlsplit(request.headers.get("Referer", ""))
    if referrer.netloc != request.host:
        return ""
    return return_path(f"{referrer.path}?{referrer.query}".rstrip("?")) or ""
