"""What values may look like at the HTTP edge: the rules of their types, as marshmallow.

The rules themselves stand in `lineup.values`, with the types of the contracts.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

import marshmallow as ma
from marshmallow import fields

from lineup.errors import Invalid
from lineup.money import BadAmount, Money
from lineup.validation import FieldCode
from lineup.values.bad_value import BadValueError
from lineup.values.rules import Moment, OneOf, Rule, Secret, Text

Check = Callable[[Any], None]

QUERY_LENGTH = 200
"""Of a text in an address: the server in front reads some 8,000 bytes of a line, and a
character may be twelve of them."""


class Coded(str):
    """What is wrong with a value, and the stable code of it."""

    __slots__ = ("code",)

    def __new__(cls, message: str, code: FieldCode | type[Invalid]) -> Self:
        """A sentence that bears its code."""
        coded = super().__new__(cls, message)
        coded.code = code
        return coded

    code: FieldCode | type[Invalid]


def ruled(rule: Rule) -> dict[str, Any]:
    """The options of a field that goes by a rule: its check, its words in the spec."""
    entered = rule.entered() if isinstance(rule, Secret) else rule
    return {"validate": Checked(entered), "metadata": dict(entered.schema())}


def in_an_address(rule: Text) -> Text:
    """The rule of a text that must fit an address."""
    return replace(rule, longest=min(rule.longest, QUERY_LENGTH))


@dataclass(frozen=True)
class Checked:
    """Refuses what a rule refuses."""

    rule: Rule

    def __call__(self, value: Any) -> None:
        """ValidationError, with the rule's own code and words."""
        try:
            self.rule.checked(value)
        except BadValueError as error:
            raise ma.ValidationError(Coded(error.message, error.code)) from None


def choices_of(_: Any, field: fields.Field[Any], **__: Any) -> dict[str, Any]:
    """What a specification says of a field that takes some of an enumeration."""
    for check in field.validators:
        if isinstance(check, Checked) and isinstance(check.rule, OneOf):
            nothing = [None] if field.allow_none else []
            return {"enum": [*map(str, check.rule.choices), *nothing]}
    return {}


class WholeField(fields.Integer):
    """A whole number."""

    def _validated(self, value: Any) -> int:
        """Take 5 and, from an address, "5"; never 5.5, true or digits of elsewhere."""
        is_odd = isinstance(value, str) and not value.lstrip("-").isascii()
        if isinstance(value, float | bool) or is_odd:
            raise self.make_error("invalid", input=value)
        whole: int = super()._validated(value)
        return whole


class BoundedList(fields.List[Any]):
    """A list; one of a wrong length is refused before anybody looks into it."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **options: Any
    ) -> list[Any]:
        """The items, of which each tells what is wrong with it."""
        if isinstance(value, list):
            self._validate(value)
        return super()._deserialize(value, attr, data, **options)


class Instant(fields.AwareDateTime):
    """A moment with its offset, taken as UTC; any that a calendar in use can hold."""

    def _deserialize(self, *values: Any, **options: Any) -> datetime:
        """The moment in UTC, whose offset every database takes."""
        moment: datetime = super()._deserialize(*values, **options)
        try:
            return Moment().checked(moment)
        except BadValueError as error:
            raise ma.ValidationError(Coded(error.message, error.code)) from None


def _matches(pattern: str, refused: "Coded") -> Check:
    """Refuse what is not of a form; said to others by the form itself."""

    def check(value: str) -> None:
        if not re.fullmatch(pattern, value):
            raise ma.ValidationError(refused)

    return check


AMOUNT = "-?[0-9]{1,15}([.][0-9]{1,3})?"
ASSET = "[A-Z]{3,6}"


class MoneySchema(ma.Schema):
    """An amount as text in its currency: {"amount": "9.00", "currency": "EUR"}."""

    amount = fields.String(
        required=True,
        validate=_matches(AMOUNT, Coded("Enter an amount such as 9.00.", BadAmount)),
        metadata={
            "description": "The amount in major units, with a decimal point.",
            "pattern": f"^{AMOUNT}$",
            "maxLength": 20,
            "example": "9.00",
        },
    )
    currency = fields.String(
        required=True,
        validate=_matches(ASSET, Coded("Use an ISO 4217 code or CREDIT.", Invalid)),
        metadata={
            "description": "ISO 4217, or CREDIT.",
            "pattern": f"^{ASSET}$",
            "minLength": 3,
            "maxLength": 6,
            "example": "EUR",
        },
    )

    @ma.pre_dump
    def split(self, money: Money, **_: Any) -> dict[str, str]:
        """The two texts of an amount."""
        return {"amount": money.decimal(), "currency": money.asset}

    @ma.post_load
    def join(self, texts: Mapping[str, str], **_: Any) -> Money:
        """The amount of two texts; excess decimals are an error, never rounded."""
        try:
            return Money.parse(texts["amount"], texts["currency"])
        except Invalid as refusal:
            coded = Coded(refusal.message, type(refusal))
            raise ma.ValidationError(coded, "amount") from None
