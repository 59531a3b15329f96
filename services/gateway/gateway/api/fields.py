"""What values may look like at the HTTP edge, before any service sees them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from lineup.errors import Invalid
from lineup.money import Money

Check = Callable[[Any], Any]

TEXT_LENGTH = 4000
QUERY_LENGTH = 200
"""Of a text in an address: the server in front reads some 8,000 bytes of a line, and a
character may be twelve of them."""
LIST_LENGTH = 10_000
DICT_LENGTH = 50
WHOLE = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Of moments in questions: whatever is done with them stays within the calendar."""

UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and lone surrogates: no name, no address has them."""


def must_be_storable(text: str) -> None:
    """ValidationError for text that PostgreSQL or UTF-8 cannot hold."""
    if UNSTORABLE.search(text):
        raise ma.ValidationError("Control characters are not allowed.")


class Text(fields.String):
    """Text of bounded length that can be stored."""

    def __init__(self, **options: Any) -> None:
        limits: list[Check] = [validate.Length(max=TEXT_LENGTH), must_be_storable]
        super().__init__(validate=limits, **options)


class ShortText(fields.String):
    """Text that still fits an address when every character is escaped."""

    def __init__(self, **options: Any) -> None:
        limits: list[Check] = [validate.Length(max=QUERY_LENGTH), must_be_storable]
        super().__init__(validate=limits, **options)


class Whole(fields.Integer):
    """A whole number that a 32-bit column holds."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Range(-WHOLE, WHOLE), **options)

    def _validated(self, value: Any) -> int:
        """Take 5 and, from an address, "5"; never 5.5 or true."""
        if isinstance(value, float | bool):
            raise self.make_error("invalid", input=value)
        whole: int = super()._validated(value)
        return whole


class Instant(fields.AwareDateTime):
    """A moment with its offset, taken as UTC; any that a calendar in use can hold."""

    def _deserialize(self, *given: Any, **options: Any) -> datetime:
        """The moment in UTC, whose offset every database takes."""
        moment: datetime = super()._deserialize(*given, **options)
        if not FIRST_YEAR <= moment.year < LAST_YEAR:
            raise ma.ValidationError(f"Between {FIRST_YEAR} and {LAST_YEAR}.")
        return moment.astimezone(UTC)


class MoneySchema(ma.Schema):
    """An amount as text in its currency: {"amount": "9.00", "currency": "EUR"}."""

    amount = fields.String(
        required=True,
        validate=validate.Regexp(
            r"-?\d{1,15}(\.\d{1,3})?\Z", error="Write it like 9.00."
        ),
        metadata={"example": "9.00"},
    )
    currency = fields.String(
        required=True,
        validate=validate.Regexp(r"[A-Z]{3,6}\Z", error="An ISO 4217 code, or CREDIT."),
        metadata={"example": "EUR"},
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
            raise ma.ValidationError(refusal.message, "amount") from None
