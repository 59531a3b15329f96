"""Forms: they keep what was entered and say what is wrong where it is wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from flask import flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from gateway.packing import MaskedTokens
from gateway.panel.amounts import WRONG, may_be_amount
from gateway.problems import retry_seconds
from lineup.errors import Forbidden, NotFound, Refusal, TooMany, Unauthenticated
from lineup.ids import new_id
from lineup.values.rules import LONGEST_TEXT
from lineup.values.text import IN_LINES

R = TypeVar("R")

CONTROL_CHARACTERS = "Control characters are not allowed."
PASSED_ON = (Unauthenticated, Forbidden, NotFound)
"""Refusals that are about the page, not about what was entered."""


class LineupForm(FlaskForm):  # type: ignore[misc]
    """A form that acts once, however often it is sent."""

    class Meta:
        """How a form is known to be ours."""

        csrf_class = MaskedTokens

    sections: ClassVar[Mapping[str, Sequence[str | tuple[str, ...]]]] = {}
    """Fields by the title they stand under; names in a tuple stand side by side."""

    key = HiddenField(default=lambda: new_id().hex)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all fields can be right, and can be stored."""
        good: bool = super().validate(extra_validators)
        return good and self.is_storable()

    def is_storable(self) -> bool:
        """Whether every text can be stored; faults are told at their fields."""
        for field in self:
            if isinstance(field.data, str):
                self._check(field)
        return not self.errors

    def _check(self, field: Any) -> None:
        if IN_LINES.search(field.data):
            field.errors = [*field.errors, CONTROL_CHARACTERS]


class Checklist(SelectMultipleField):  # type: ignore[misc]
    """Several of some choices, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class LinesField(TextAreaField):  # type: ignore[misc]
    """A list of texts, one a line."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take the lines that say something."""
        if valuelist:
            self.data = [
                text for one in valuelist[0].splitlines() if (text := one.strip())
            ]

    def pre_validate(self, _: Any) -> None:
        """ValidationError for what cannot be stored."""
        if any(IN_LINES.search(one) for one in self.data or []):
            raise ValidationError(CONTROL_CHARACTERS)

    def _value(self) -> str:
        return "\n".join(self.data or [])


class Confirmation(LineupForm):
    """A form that asks before something goes; `expected` must be typed, where given."""

    typed = StringField("Type the name to confirm")

    def __init__(self, expected: str = "") -> None:
        super().__init__()
        self._expected = expected
        if expected:
            self.typed.label.text = f"Type {expected} to confirm"
        else:
            del self.typed

    def validate_typed(self, field: StringField) -> None:
        """ValidationError for any other name."""
        if (field.data or "").strip() != self._expected:
            raise ValidationError("This does not match.")


def line_field(label: str, *validators: Any, **options: Any) -> StringField:
    """One line of text, without spaces around it."""
    return StringField(
        label,
        [*validators, Length(max=LONGEST_TEXT)],
        filters=[lambda text: text.strip() if text else text],
        **options,
    )


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


def go_to(address: str, message: str = "") -> ResponseReturnValue:
    """Lead to another page, which says this at its top."""
    if message:
        flash(message)
    return redirect(address)


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


def must_be_whole_money(_: Any, field: Any) -> None:
    """ValidationError for what is no amount in any currency, such as 1e3."""
    if not may_be_amount(field.data or ""):
        raise ValidationError(WRONG)
