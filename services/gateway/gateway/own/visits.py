"""Acting as a lower account or customer for half an hour, and leaving (AH-28)."""

from uuid import UUID

from flask import Blueprint, flash, redirect, session, url_for
from werkzeug.wrappers import Response as Answer

from gateway.asking import context
from gateway.ground import clients
from gateway.panel.guard import OWN_TOKEN, TOKEN, page_for
from gateway.signing import end
from lineup.context import EVERYBODY, SELLERS
from lineup.contracts.accounts import EnterAccount

pages = Blueprint("login_as", __name__)


@pages.post("/accounts/<uuid:account_id>/enter")
@page_for(SELLERS)
def enter(account_id: UUID) -> Answer:
    """Be signed in as a lower account or customer; one's own session waits."""
    signed = clients().accounts.enter_account(
        context(), EnterAccount(account_id=account_id)
    )
    session[OWN_TOKEN] = session[TOKEN]
    session[TOKEN] = signed.token
    return redirect(url_for("signing.home"))


@pages.post("/leave")
@page_for(EVERYBODY)
def leave() -> Answer:
    """Be oneself again."""
    if OWN_TOKEN in session:
        token = session[TOKEN]
        session[TOKEN] = session.pop(OWN_TOKEN)
        end(token)
        flash("You are yourself again.")
    return redirect(url_for("signing.home"))
