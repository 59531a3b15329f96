"""Forms: they keep what was entered and say what is wrong where it is wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from flask import flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as Answer
from wtforms import HiddenField

from gateway.packing import MaskedTokens
from gateway.panel.amounts import read_amount
from gateway.panel.declared import filled
from gateway.panel.entries import CONTROL_CHARACTERS
from gateway.problems import retry_seconds
from gateway.request_context import ask
from lineup.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    TooMany,
    Unauthenticated,
)
from lineup.ids import new_id
from lineup.money import Money
from lineup.values.text import IN_LINES
from lineup.verbs import Request

C = TypeVar("C")
R = TypeVar("R")

PASSED_ON = (Unauthenticated, Forbidden, NotFound)
"""Refusals that are about the page, not about what was entered."""


class LineupForm(FlaskForm):  # type: ignore[misc]
    """A form that acts once, however often it is sent."""

    class Meta:
        """How a form is known to be ours."""

        csrf_class = MaskedTokens

    sections: ClassVar[Mapping[str, Sequence[str | tuple[str, ...]]]] = {}
    """Fields by the title they stand under; names in a tuple stand side by side."""

    asks: ClassVar[type | None] = None
    """The request that is made of it: its types say what the fields are."""

    key = HiddenField(default=lambda: new_id().hex)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all fields can be right, and can be stored."""
        good: bool = super().validate(extra_validators)
        for field in self:
            if isinstance(field.data, str) and IN_LINES.search(field.data):
                field.errors = [CONTROL_CHARACTERS]
                good = False
        return good

    def to(self, contract: type[C], /, **fixed: Any) -> C:
        """A request of what was entered, and of the values fixed beside it."""
        entered = {name: field.data for name, field in self._fields.items()}
        return filled(contract, entered, **fixed)

    def money(self, currency: str) -> Money:
        """The amount that was entered; BadAmount, at its field, for what is none."""
        return read_amount(self["amount"].data or "", currency)


def submit(form: LineupForm, act: Callable[[], R]) -> R | None:
    """Do what a valid form asks for; None when it was not sent or was refused.

    A refusal is shown at the fields it names, else above the form.
    """
    if not form.validate_on_submit():
        return None
    try:
        return act()
    except PASSED_ON:
        raise
    except Refusal as refusal:
        if isinstance(refusal, TooMany):
            g.retry_seconds = retry_seconds(refusal)
        bind_errors(form, refusal)
        return None


def form_page(
    template: str,
    form: LineupForm,
    act: Callable[[], R],
    then: Callable[[R], ResponseReturnValue],
    **context: Any,
) -> ResponseReturnValue:
    """A page with a form: shown until what it asks for is done, then it leads on.

    `then` answers with what was done, by `go_to` as a rule. `context` is what the
    template needs beside the form.
    """
    done = submit(form, act)
    if done is not None:
        return then(done)
    return render_template(template, form=form, **context), status_of(form)


def confirm_page(
    template: str,
    rpc_request: Request[Any],
    address: str,
    message: str,
    /,
    **context: Any,
) -> ResponseReturnValue:
    """A page that asks first; what is confirmed is done and told of at `address`."""
    return form_page(
        template,
        LineupForm(),
        lambda: ask(rpc_request),
        lambda _: go_to(address, message),
        **context,
    )


def go_to(address: str, message: str = "", tone: str = "message") -> Answer:
    """Lead to another page, which says this at its top."""
    if message:
        flash(message, tone)
    return redirect(address, 303)


def act_and_tell(act: Callable[[], str], address: str) -> Answer:
    """Do something, then say on another page what was done, or why it was not."""
    try:
        return go_to(address, act())
    except Refusal as refusal:
        return go_to(address, refusal.message, "danger")


def id_of(text: str) -> UUID:
    """An id that a button brings; Invalid for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid from None


def address_query() -> str:
    """What the address says behind its question mark."""
    return request.query_string.decode("ascii", "ignore")


def bind_errors(form: LineupForm, refusal: Refusal) -> None:
    """Put a refusal's words where they belong."""
    placed = False
    for path, messages in refusal.fields.items():
        field = _field_of(form, path)
        if field is not None:
            field.errors = [*field.errors, *messages]
            placed = True
        else:
            form.form_errors.extend(messages)
    if not placed or not refusal.fields:
        form.form_errors.insert(0, refusal.message)


def _field_of(form: LineupForm, path: str) -> Any:
    """The field that a path such as `details.player_lines.2` leads to, or into."""
    parts = reversed(path.split("."))
    return next((form._fields[part] for part in parts if part in form._fields), None)


def status_of(form: LineupForm) -> int:
    """422 for what cannot be taken, 429 for what came too soon."""
    if "retry_seconds" in g:
        return 429
    return 422 if request.method == "POST" and form.errors else 200
