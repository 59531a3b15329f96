"""Who may see a page, and that a form is ours."""

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import (
    after_this_request,
    current_app,
    flash,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as Answer

from gateway import written
from gateway.app_context import app_context
from gateway.panel.optional_results import PAGE_SECONDS
from gateway.request_context import (
    KEY_LENGTH,
    address,
    answer_within,
    set_idempotency_key,
)
from gateway.return_paths import return_path
from gateway.security import BODY_BYTES, csrf
from lineup.access import OPEN, AccessRule, refuse_elsewhere
from lineup.context import NOBODY, Actor, LinkStanding, Pending, Role
from lineup.errors import Forbidden, Unauthenticated
from lineup.verbs import Request, verb_of

P = ParamSpec("P")
R = TypeVar("R")

TOKEN = "token"  # noqa: S105 - the name under which a session keeps it
LINK = "link"
"""The link through which a reseller company acts in this session."""
LINK_NAME = "link_name"
"""The partner for whom it sells, as its pages name it."""
OWN_TOKEN = "own_token"  # noqa: S105 - same, of who is logged in as another
CHANGED_AT = "changed_at"
"""When a form of this session last changed something, in seconds since 1970: whoever
shows the next page asks anew who it is for, its time zone included."""
CAME_FROM = "came_from"
"""Where in a session the page lies to which leaving another's account goes back."""
KEY = "key"
CSRF = "csrf_token"
FIRST = {
    Pending.PASSWORD_CHANGE: "settings_pages.change_password",
    Pending.SECOND_FACTOR: "signing.enter_code",
    Pending.SECOND_FACTOR_SETUP: "second_factor_pages.set_up",
}
"""The page where it is done what a login must do before anything else."""
PAGES: dict[str, AccessRule] = {}
"""Who may see each page, by the view's module and name."""


class FormNotOurs(Forbidden):
    """This form has expired. Reload the page and try again."""

    code = "csrf"


def form_bytes() -> int:
    """How much a form without files may hold."""
    return BODY_BYTES


def page_for(
    roles: frozenset[Role],
    *,
    asks: type[Request[Any]] | None = None,
    in_own_name: bool = False,
    while_pending: Collection[Pending] = (),
    while_locked: bool = False,
    limit: Callable[[], int] = form_bytes,
) -> Callable[[Callable[P, R]], Callable[P, R | Answer]]:
    """Show a page to these roles; nobody named: to everybody, signed in or not.

    All that a page reads shares one time limit; what a form does has each call's own.
    `asks` is what its form asks for: who lacks the permission for that is not shown it,
    nor who may not ask it in another's name, or through a link that has ended.
    `in_own_name`: nobody logged in as another, where no verb says so. `while_pending`:
    also to who must do one of these first, whom other pages lead to where it is done.
    `while_locked`: also to who belongs to a partner that has not paid; others are
    PartnerLocked. `limit` says how many bytes a form may bring.
    """
    asked = verb_of(asks).access if asks else OPEN
    access = AccessRule(
        allowed=roles,
        needs=asked.needs,
        in_own_name=in_own_name or asked.in_own_name,
        changes=asked.changes,
        while_pending=frozenset(while_pending),
        while_locked=while_locked,
    )

    def guard(view: Callable[P, R]) -> Callable[P, R | Answer]:
        PAGES[f"{view.__module__}.{view.__name__}"] = access

        @wraps(view)
        def guarded(*args: P.args, **path: P.kwargs) -> R | Answer:
            refusal = _receive(access, limit)
            if refusal is not None:
                return refusal
            content = view(*args, **path)
            if request.method == "POST" and TOKEN in session:
                session[CHANGED_AT] = time.time()
            return content

        return guarded

    return guard


def _receive(access: AccessRule, limit: Callable[[], int]) -> Answer | None:
    """Let in who may see a page, with a form that is ours; else say where to go."""
    is_form = request.method == "POST"
    has_written = written.load_written(session)
    if not is_form:
        answer_within(written.PAGE_SECONDS if has_written else PAGE_SECONDS)
    after_this_request(_remember)
    g.actor = _actor_for(access.allowed)
    if access.allowed and g.actor is None:
        return _to_sign_in()
    if access.allowed:
        refuse_elsewhere(g.actor, address())
    must = (g.actor or NOBODY).pending
    if must and access.allowed and must not in access.while_pending:
        return redirect(url_for(FIRST[must]))
    access.check(g.actor or NOBODY)
    if is_form:
        _check_form(limit())
    return None


def _remember(answer: Answer) -> Answer:
    """What was written is found on the pages that come next, also after a refusal."""
    if TOKEN in session:
        written.remember(session)
    return answer


def access_to(endpoint: str) -> AccessRule:
    """Who may see the page behind an endpoint."""
    view = current_app.view_functions[endpoint]
    return PAGES.get(f"{view.__module__}.{view.__name__}", OPEN)


def may_open(endpoint: str) -> bool:
    """Whether the page behind an endpoint is open to the actor."""
    return access_to(endpoint).permits(g.actor)


def may_send(address: str) -> bool:
    """Whether the actor may open, or send a form to, an address of ours."""
    adapter = current_app.url_map.bind("")
    for method in ("GET", "POST"):
        try:
            endpoint, _ = adapter.match(urlsplit(address).path, method)
        except (MethodNotAllowed, NotFound, RequestRedirect):
            continue
        return may_open(endpoint)
    return True


def who_is_it() -> Actor | None:
    """Who is behind the session; an ended one is forgotten.

    Who was logged in as another is itself again when that is over. Forbidden for an
    account that was switched off, once: then the session is forgotten, too.
    """
    token = session.get(TOKEN)
    if token is None:
        return None
    try:
        return _who_acts(token)
    except (Unauthenticated, Forbidden) as refusal:
        if OWN_TOKEN in session:
            session[TOKEN] = session.pop(OWN_TOKEN)
            session.pop(CAME_FROM, None)
            flash(
                "Your time in the other account has ended. You are back in your "
                "own account."
            )
            return who_is_it()
        session.clear()
        if isinstance(refusal, Forbidden):
            raise
        return None


def _who_acts(token: str) -> Actor:
    """Who is behind a token, acting through the link that was chosen while it lasts; in
    another's account through none.
    """
    identities, changed_at = app_context().identities, session.get(CHANGED_AT, 0.0)
    if not session.get(LINK) or OWN_TOKEN in session:
        return identities.actor_of(token, changed_at)
    with suppress(Unauthenticated, Forbidden):
        actor = identities.actor_of(token, changed_at, session[LINK])
        if actor.link is not LinkStanding.ENDED:
            return actor
    choose_link(None)
    actor = identities.actor_of(token, changed_at)
    flash("You can no longer sell for this partner. Choose another one.")
    return actor


def choose_link(link_id: UUID | None, partner_name: str = "") -> None:
    """Act through a link from now on, or through none.

    Forms that were opened before are ours no longer: what they say was meant for
    somebody else's customers.
    """
    session.pop(CSRF, None)
    session[LINK], session[LINK_NAME] = link_id, partner_name


def _actor_for(roles: frozenset[Role]) -> Actor | None:
    """Who asks for a page; one that is open to all is shown to everybody."""
    try:
        return who_is_it()
    except Forbidden:
        if roles:
            raise
        return None


def _to_sign_in() -> Answer:
    """To the page where one signs in; the whole page, where a part was asked for."""
    address = url_for("signing.sign_in", next=_next_address())
    if "HX-Request" in request.headers:
        return Answer(status=401, headers={"HX-Refresh": "true"})
    return redirect(address)


def _check_form(max_bytes: int) -> None:
    """Refuse a form that is not ours; one form sent twice acts once."""
    request.max_content_length = max_bytes
    try:
        csrf.protect()
    except CSRFError as error:
        raise FormNotOurs from error
    key = request.form.get(KEY, "")[:KEY_LENGTH]
    content: dict[str, Any] = {
        name: values for name, values in request.form.lists() if name != CSRF
    }
    set_idempotency_key(key or None, content)


def _next_address() -> str | None:
    """Where to go after sign-in; a form is not sent again."""
    if request.method != "GET":
        return None
    return return_path(request.full_path.rstrip("?"))
