"""Fields of forms, made as the request that the form makes declares them.

    class GroupForm(LineupForm):
        asks = CreateCustomerGroup
        name = entry("Name")

The type of the request's field of the same name decides: text, number, switch, choice
or list, how much fits, whether it is required, and what it begins with.
"""

import enum
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard
from uuid import UUID

from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from gateway.panel.amounts import WRONG, may_be_amount
from gateway.panel.declared import Declared, declared_fields
from gateway.panel.display import label_of
from lineup.values.bad_value import BadValueError
from lineup.values.rules import OneOf, Text, Whole
from lineup.values.text import IN_LINES

CONTROL_CHARACTERS = "Control characters are not allowed."
REQUIRED = "This field is required."
NOT_ASKED = Declared(str, Text())
"""What the request has no word for, such as a name that leads to an id, is a line."""


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


class ByRule:
    """Refuses what the service would, in its words, before anything is sent."""

    def __init__(self, declared: Declared, *, is_required: bool) -> None:
        self._declared = declared
        self._is_required = is_required
        self.field_flags: dict[str, Any] = {"required": True} if is_required else {}
        if isinstance(declared.rule, Text):
            self.field_flags["maxlength"] = declared.rule.longest
        if isinstance(declared.rule, Whole):
            self.field_flags |= {"min": declared.rule.least, "max": declared.rule.most}

    def __call__(self, _: Any, field: Any) -> None:
        """StopValidation for what is missing or breaks the rule."""
        if not field.data and not any(map(str.strip, field.raw_data or ())):
            self._note_empty(field)
        if field.errors or self._declared.rule is None:
            return
        value = self._declared.entered(field.data)
        try:
            if value is not None:
                self._declared.rule.checked(value)
        except BadValueError as wrong:
            raise StopValidation(wrong.message) from None

    def _note_empty(self, field: Any) -> None:
        """Nothing is no bad number and no bad choice, unless it must be something."""
        if self._is_required:
            field.errors = []
            raise StopValidation(REQUIRED)
        if self._declared.may_be_none or self._declared.kind is int:
            field.errors = []


class RequestField(UnboundField):  # type: ignore[misc]
    """A field that is made when its form is, by what the form asks."""

    def __init__(
        self,
        label: str,
        *checks: Any,
        kind: type[Field] | None = None,
        is_required: bool | None = None,
        **options: Any,
    ) -> None:
        super().__init__(kind, label, **options)
        self._checks = checks
        self._is_required = is_required

    def bind(self, form: Any, name: str, **bound: Any) -> Field:
        """The field of a form."""
        fields = declared_fields(form.asks) if form.asks else {}
        declared = fields.get(name, NOT_ASKED)
        kind = self.field_class or _kind_of(declared)
        own = _options(declared, kind)
        rule = ByRule(declared, is_required=self._wants_value(declared))
        checks = () if kind is BooleanField else (rule, *self._checks)
        options = {**own, **self.kwargs, "validators": checks}
        return UnboundField(kind, *self.args, **options).bind(form, name, **bound)

    def _wants_value(self, declared: Declared) -> bool:
        if self._is_required is not None:
            return self._is_required
        is_text = isinstance(declared.rule, Text) and declared.rule.shortest > 0
        is_number = declared.kind is int and declared.default is None
        needs = is_text or is_number or declared.kind is UUID
        return needs and not declared.may_be_none


def entry(label: str, description: str = "", *checks: Any, **options: Any) -> Any:
    """A field of the request's field of the same name.

    `checks` are made beside its rule. `kind` is the class of another field than its
    type has, `is_required` what the request leaves to its service, `default` what it
    begins with instead.
    """
    return RequestField(label, *checks, description=description, **options)


def amount_field(label: str, *, is_required: bool = True, **options: Any) -> Any:
    """An amount as people write it, read by the form's `money`."""
    given = InputRequired() if is_required else Optional()
    return StringField(label, [given, must_be_whole_money], **options)


def password_field(
    description: str = "",
    label: str = "Password",
    completes: str = "new-password",
    *checks: Any,
    **options: Any,
) -> Any:
    """A password, told to browsers as the one that `completes` names."""
    options |= {"kind": PasswordField, "render_kw": {"autocomplete": completes}}
    return entry(label, description, *checks, **options)


def chosen_of(words: Mapping[Any, str]) -> list[SelectChoice]:
    """The choices of an enumeration, in these words."""
    return [SelectChoice(value.value, label) for value, label in words.items()]


def _kind_of(declared: Declared) -> Any:
    kind = declared.kind
    if declared.is_list:
        return Checklist if kind == list[UUID] else LinesField
    if kind is UUID or isinstance(declared.rule, OneOf) or _is_enum(kind):
        return SelectField
    if declared.is_secret:
        return PasswordField
    return {bool: BooleanField, int: IntegerField}.get(kind, StringField)


def _options(declared: Declared, kind: type[Field]) -> dict[str, Any]:
    options: dict[str, Any] = {"default": declared.default}
    if kind is StringField:
        options["filters"] = [lambda text: text.strip() if text else text]
    if _is_enum(declared.kind):
        words = {one: label_of(one) for one in declared.kind}
        options["choices"] = chosen_of(words)
    return options


def _is_enum(kind: Any) -> TypeGuard[type[enum.Enum]]:
    return isinstance(kind, type) and issubclass(kind, enum.Enum)


def must_be_whole_money(_: Any, field: Any) -> None:
    """ValidationError for what is no amount in any currency, such as 1e3."""
    if not may_be_amount(field.data or ""):
        raise ValidationError(WRONG)
