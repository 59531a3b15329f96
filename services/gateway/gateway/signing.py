"""Signing in and out of the panel: one page for all, landing by role (AH-24)."""

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response as Answer
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from gateway.asking import context, user_agent
from gateway.ground import clients, ground
from gateway.identity import digest_of
from gateway.panel.forms import LineupForm, attempt, status_of
from gateway.panel.guard import OWN_TOKEN, TOKEN, page_for
from lineup.context import EVERYBODY, Role
from lineup.contracts.accounts import SignedIn, SignIn, SignOut
from lineup.errors import Refusal, Unauthenticated

pages = Blueprint("signing", __name__)

ADDRESS_FACTOR = 3
"""An address may try this many times as often as one name: offices share one."""


class SignInForm(LineupForm):
    """A login's name and password."""

    username = StringField(
        "Login name",
        [InputRequired(), Length(max=200)],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(
        "Password",
        [InputRequired(), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )


@pages.get("/")
@page_for(EVERYBODY)
def home() -> Answer:
    """Land by role."""
    return redirect(url_for(landing_of(g.actor.role)))


def landing_of(role: Role) -> str:
    """The endpoint where a role's work begins."""
    if role is Role.CUSTOMER:
        return "portal.my_page"
    return "dashboard_pages.dashboard"


@pages.route("/sign-in", methods=["GET", "POST"])
@page_for(frozenset())
def sign_in() -> Answer | tuple[str, int]:
    """The one page where everybody signs in."""
    form = SignInForm()
    signed = attempt(form, lambda: _ask(form))
    if signed is None:
        return render_template("panel/sign_in.html", form=form), status_of(form)
    session.clear()
    session[TOKEN] = signed.token
    wanted = request.args.get("next", "")
    return redirect(
        wanted if is_ours(wanted) else url_for(landing_of(signed.actor.role))
    )


def is_ours(address: str) -> bool:
    """Whether an address is a path of this site and of nothing else."""
    parts = urlsplit(address.replace("\\", "/"))
    return address.startswith("/") and not parts.netloc and not parts.scheme


@pages.post("/sign-out")
@page_for(EVERYBODY)
def sign_out() -> Answer:
    """End the session here and at accounts; as another, one's own one, too."""
    tokens = [session.get(TOKEN), session.get(OWN_TOKEN)]
    session.clear()
    for token in filter(None, tokens):
        end(token)
    return redirect(url_for("signing.sign_in"))


def end(token: str) -> None:
    """End a session at accounts, and remember it no longer."""
    clients().accounts.sign_out(context(), SignOut(token=token))
    ground().identities.forget(digest_of(token))


def _ask(form: SignInForm) -> SignedIn:
    question = SignIn(
        username=form.username.data or "",
        password=form.password.data or "",
        client=user_agent(),
    )
    try:
        return clients().accounts.sign_in(context(), question)
    except Unauthenticated as refusal:
        raise Refusal(refusal.message, code=refusal.code) from None


def hang(app: Flask, tries: int) -> None:
    """Hang the pages in, and hold guessing to `tries` a minute for one name."""
    app.register_blueprint(pages)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    counted: Any = {"methods": ["POST"], "deduct_when": failed}
    by_name = limiter.limit(f"{tries}/minute", key_func=name_tried, **counted)
    by_address = limiter.limit(f"{tries * ADDRESS_FACTOR}/minute", **counted)
    for endpoint in ("signing.sign_in", "tokens.create_token"):
        view: Any = app.view_functions[endpoint]
        app.view_functions[endpoint] = by_address(by_name(view))


def failed(response: Response) -> bool:
    """Whether somebody was not let in: only that counts as a try."""
    return response.status_code in {401, 422}


def name_tried() -> str:
    """The login name that this request tries."""
    given = request.form.get("username") or request.get_json(silent=True)
    if isinstance(given, dict):
        given = given.get("username")
    return f"login:{given}"
