"""Settings: one's account, password, sessions, tokens and colleagues."""

from uuid import UUID

from flask import Blueprint, render_template, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from gateway.account.forms import PasswordForm, TokenForm, ZoneForm
from gateway.account_form import AccountForm
from gateway.logins import LOGINS, SESSIONS
from gateway.panel.forms import form_page, go_to, status_of, submit
from gateway.panel.guard import TOKEN, page_for
from gateway.request_context import actor, address, ask, user_agent
from lineup.context import EVERYBODY, SELLERS, Pending, Role
from lineup.contracts.accounts.logins import ListLogins
from lineup.contracts.accounts.second_factor import GetSecondFactor
from lineup.contracts.accounts.sessions import (
    ChangePassword,
    EndSession,
    ListSessions,
    SetTimeZone,
    SignedIn,
    SignIn,
)
from lineup.contracts.accounts.tree import AccountView, GetAccount
from lineup.errors import NotFound, Refusal, Unauthenticated

pages = Blueprint("settings_pages", __name__)


@pages.route("/settings", methods=["GET", "POST"])
@page_for(EVERYBODY)
def settings() -> ResponseReturnValue:
    """The account one acts from: who it is, how it is reached, its zone."""
    if actor().role is Role.CUSTOMER:
        return _zone()
    account = own_account()
    if account.may_edit is False:
        return render_template("account/account.html", account=account)
    form = AccountForm.of(account, may_switch=False)
    return form_page(
        "account/settings.html",
        form,
        lambda: ask(form.to_request(account.id)),
        lambda _: go_to(url_for("settings_pages.settings"), "Settings saved."),
        account=account,
    )


@pages.route("/settings/password", methods=["GET", "POST"])
@page_for(
    EVERYBODY,
    asks=ChangePassword,
    while_pending={Pending.PASSWORD_CHANGE},
    while_locked=True,
)
def change_password() -> ResponseReturnValue:
    """Change one's own password; the other sessions end."""
    form = PasswordForm()
    return form_page(
        "account/password.html",
        form,
        lambda: ask(form.to(ChangePassword, token=session[TOKEN])),
        lambda _: go_to(
            url_for("settings_pages.list_sessions"),
            "Password changed. All other sessions and API tokens have ended.",
        ),
    )


@pages.get("/settings/sessions")
@page_for(EVERYBODY, while_locked=True)
def list_sessions() -> str:
    """What keeps one's login signed in; as another there is nothing to see."""
    listing = None
    if actor().login_id is not None:
        listing = SESSIONS.listing_of(ListSessions, token=session[TOKEN])
    return render_template("account/sessions.html", listing=listing)


@pages.post("/settings/sessions/<uuid:session_id>/end")
@page_for(EVERYBODY, while_locked=True)
def end_session(session_id: UUID) -> Answer:
    """End one of one's sessions or tokens from the server."""
    ask(EndSession(session_id=session_id))
    return go_to(url_for("settings_pages.list_sessions"), "Session ended.")


@pages.route("/settings/tokens/new", methods=["GET", "POST"])
@page_for(EVERYBODY, in_own_name=True)
def new_token() -> ResponseReturnValue:
    """Make an API token for the password, and show it once."""
    form = TokenForm()
    if actor().login_id is None or not ask(GetSecondFactor()).is_on:
        del form.code
    made = submit(form, lambda: _token(form))
    page = render_template("account/token.html", form=form, made=made)
    return page, status_of(form)


@pages.get("/settings/logins")
@page_for(SELLERS)
def list_logins() -> str:
    """Who else signs in to one's account."""
    account_id = own_account().id
    listing = LOGINS.listing_of(ListLogins, account_id=account_id)
    return render_template(
        "account/logins.html", listing=listing, account_id=account_id
    )


def own_account() -> AccountView:
    """The account one acts from; NotFound for who has none."""
    account_id = actor().account_id
    if account_id is None:
        raise NotFound
    return ask(GetAccount(account_id=account_id))


def _zone() -> ResponseReturnValue:
    form = ZoneForm(actor().time_zone)
    return form_page(
        "account/zone.html",
        form,
        lambda: ask(form.to(SetTimeZone)),
        lambda _: go_to(
            url_for("settings_pages.settings"), "Times are now shown in that zone."
        ),
    )


def _token(form: TokenForm) -> SignedIn:
    rpc_request = form.to(
        SignIn,
        username=actor().name,
        wants_token=True,
        client=user_agent(),
        address=address(),
    )
    try:
        return ask(rpc_request)
    except Unauthenticated as refusal:
        words = {"password": ["This is not your password."]}
        raise Refusal(refusal.message, code=refusal.code, fields=words) from None
