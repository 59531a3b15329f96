"""Rules of single values: each gives the value as it is kept, or raises BadValueError.

A rule stands in a type's annotation (`Annotated[str, Text(longest=100)]`) and also
says itself in the words of JSON Schema, for the specification of the REST API.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

from lineup.money import Money
from lineup.validation import FieldCode
from lineup.values.bad_value import BadValueError
from lineup.values.text import IN_A_LINE, IN_LINES

LONGEST_TEXT = 4000
WHOLE = 2**31 - 1
MOST_ITEMS = 10_000
MOST_ENTRIES = 50
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Of moments and days in requests: whatever is done with them stays in the calendar."""
MOST_MINOR = 10**12 - 1
"""Of one amount, in minor units: whatever is summed of them fits 64 bits."""
ASSET = re.compile(r"[A-Z]{3,6}")


class Rule(Protocol):
    """What one value must be."""

    def checked(self, value: Any) -> Any:
        """The value as it is kept; BadValueError when it cannot be."""
        ...

    def schema(self) -> Mapping[str, Any]:
        """The same in the words of JSON Schema, as far as it has them."""
        ...


@dataclass(frozen=True, kw_only=True)
class Text:
    """Text of bounded length; of one line unless it may have more.

    `parse` is asked for anything but empty text and gives the form that is kept.
    """

    longest: int = LONGEST_TEXT
    shortest: int = 0
    has_lines: bool = False
    is_trimmed: bool = False
    pattern: str = ""
    parse: Callable[[str], str] | None = None
    form: str = ""
    """JSON Schema's name of the format, such as email."""
    example: str = ""
    code: FieldCode | None = None
    """Of whatever is wrong with it; None: each fault has its own."""
    message: str = ""

    def checked(self, value: str) -> str:
        """The text, without blanks around it where they mean nothing."""
        if (IN_LINES if self.has_lines else IN_A_LINE).search(value):
            raise self._wrong(
                FieldCode.UNPRINTABLE, "Control characters are not allowed."
            )
        kept = value.strip() if self.is_trimmed else value
        if len(kept) > self.longest:
            raise self._wrong(FieldCode.TOO_LONG, f"At most {self.longest} characters.")
        if not kept and self.shortest:
            raise BadValueError(FieldCode.REQUIRED, "This field is required.")
        return self._formed(kept) if kept else kept

    def schema(self) -> Mapping[str, Any]:
        """Length, pattern, format and an example."""
        empty = "" if self.shortest else "?"
        pattern = self.pattern and f"^(?:{self.pattern}){empty}$"
        said: dict[str, Any] = {
            "maxLength": self.longest,
            "minLength": self.shortest,
            "pattern": pattern,
            "format": self.form,
            "example": self.example,
        }
        return {word: value for word, value in said.items() if value}

    def _formed(self, kept: str) -> str:
        if len(kept) < self.shortest:
            raise self._wrong(
                FieldCode.TOO_SHORT, f"At least {self.shortest} characters."
            )
        if self.pattern and not re.fullmatch(self.pattern, kept):
            raise self._wrong(FieldCode.TEXT_INVALID, "This is not valid.")
        return self.parse(kept) if self.parse else kept

    def _wrong(self, code: FieldCode, message: str) -> BadValueError:
        return BadValueError(self.code or code, self.message or message)


@dataclass(frozen=True)
class OneOf:
    """One of some words, or of some of an enumeration's values."""

    choices: tuple[str, ...]

    def checked(self, value: str) -> str:
        """The word."""
        if value not in self.choices:
            raise BadValueError(
                FieldCode.TEXT_INVALID, f"One of {', '.join(self.choices)}."
            )
        return value

    def schema(self) -> Mapping[str, Any]:
        """The choices."""
        words = list(map(str, self.choices))
        return {"enum": words, "example": next(filter(None, words))}


@dataclass(frozen=True, kw_only=True)
class Secret:
    """Text that is sealed before it travels: `longest` characters before, not after."""

    longest: int = 200

    def checked(self, value: str) -> str:
        """The sealed text."""
        return Text(longest=self.longest * 8 + 400).checked(value)

    def entered(self) -> Text:
        """The rule of the same text before it is sealed."""
        return Text(longest=self.longest)

    def schema(self) -> Mapping[str, Any]:
        """As it is entered."""
        return self.entered().schema()


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole number within bounds."""

    least: int = -WHOLE
    most: int = WHOLE
    code: FieldCode = FieldCode.OUT_OF_RANGE
    message: str = ""

    def checked(self, value: int) -> int:
        """The number."""
        if not self.least <= value <= self.most:
            message = self.message or f"From {self.least} to {self.most}."
            raise BadValueError(self.code, message)
        return value

    def schema(self) -> Mapping[str, Any]:
        """Its bounds."""
        return {"minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, kw_only=True)
class Items:
    """A list of bounded length."""

    most: int = MOST_ITEMS
    fewest: int = 0

    def checked(self, value: Collection[Any]) -> Collection[Any]:
        """The list."""
        if len(value) > self.most:
            raise BadValueError(FieldCode.TOO_MANY, f"At most {self.most}.")
        if len(value) < self.fewest:
            raise BadValueError(FieldCode.REQUIRED, "This field is required.")
        return value

    def schema(self) -> Mapping[str, Any]:
        """How many there may be."""
        return {"minItems": self.fewest, "maxItems": self.most}


@dataclass(frozen=True, kw_only=True)
class Entries:
    """A mapping of bounded size; `parse` checks an entry, gives it as it is kept."""

    most: int = MOST_ENTRIES
    parse: Callable[[str, Any], tuple[str, Any]] | None = None

    def checked(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """The mapping."""
        if len(value) > self.most:
            raise BadValueError(FieldCode.TOO_MANY, f"At most {self.most}.")
        name = Text(longest=200)
        for key in value:
            name.checked(key)
        if self.parse is None:
            return value
        return dict(self.parse(key, said) for key, said in value.items())

    def schema(self) -> Mapping[str, Any]:
        """How many there may be."""
        return {"maxProperties": self.most}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A moment with its offset, kept as UTC; any that a calendar in use can hold."""

    def checked(self, value: datetime) -> datetime:
        """The moment in UTC, whose offset every database takes."""
        if value.tzinfo is None:
            raise BadValueError(FieldCode.MOMENT_INVALID, "Include the UTC offset.")
        if not FIRST_YEAR <= value.year < LAST_YEAR:
            raise _outside_the_calendar()
        return value.astimezone(UTC)

    def schema(self) -> Mapping[str, Any]:
        """JSON Schema has no words for it."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day that a calendar in use can hold."""

    def checked(self, value: date) -> date:
        """The day."""
        if not FIRST_YEAR <= value.year < LAST_YEAR:
            raise _outside_the_calendar()
        return value

    def schema(self) -> Mapping[str, Any]:
        """JSON Schema has no words for it."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Amount:
    """An amount of money within bounds, in minor units."""

    least: int = -MOST_MINOR
    most: int = MOST_MINOR
    message: str = ""

    def checked(self, value: Money) -> Money:
        """The amount."""
        if not ASSET.fullmatch(value.asset):
            raise BadValueError(
                FieldCode.CURRENCY_UNKNOWN, "Enter a currency code such as EUR."
            )
        if value.amount_minor < self.least and self.message:
            raise BadValueError(FieldCode.OUT_OF_RANGE, self.message)
        if not self.least <= value.amount_minor <= self.most:
            most = Money(self.most, value.asset).decimal()
            raise BadValueError(FieldCode.OUT_OF_RANGE, f"At most {most}.")
        return value

    def schema(self) -> Mapping[str, Any]:
        """Told by the schema of money itself."""
        return {}


def _outside_the_calendar() -> BadValueError:
    return BadValueError(
        FieldCode.MOMENT_INVALID, f"Between {FIRST_YEAR} and {LAST_YEAR}."
    )
