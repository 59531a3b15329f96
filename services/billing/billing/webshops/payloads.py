"""Reading payloads: whatever a shop and its plug-ins made of them, read tolerantly.

Whoever holds a shop's secret may sign anything at all, so every value is bounded here:
what is read fits the tables, the ledger and the other services. A value of an odd kind
counts as not given; only what is needed and cannot be read is Unusable.
"""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, TypeVar

from billing.webshops.dates import is_in_use
from billing.webshops.messages import ShopLine, Unusable
from lineup.money import Money, exponent_of

T = TypeVar("T")

MOST = 1000
"""Entries of one list of a payload; the rest is not looked at."""
MAX_LINES = 500
"""Lines of one order, whatever they order."""
AMOUNT = re.compile(
    r"[+-]?([0-9]{1,12}|[0-9]{1,3}(,[0-9]{3}){1,3}(?=\.))"
    r"(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,2})?",
    re.ASCII,
)
"""Digits with a point, by some shops with an exponent, or with commas by thousands."""
ID = re.compile(r"([0-9]{1,19})(\.0*)?", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
MAX_ID = 2**63 - 1
MAX_MINOR = 10**13
"""The greatest amount in minor units, of a line or an order."""
NOISE = Fraction(1, 1000)
"""Minor units that a shop's floating point may leave behind."""
MAX_QUANTITY = 200
"""Pieces of one line; more is a mistake or mischief."""
MAX_SEATS = 200
"""Users of one order; more is a mistake or mischief."""
MAX_REFUNDS = 100
"""Refunds of one order in one payload, and lines of one refund."""
NAME_CHARACTERS = 100
LINE_CHARACTERS = 300
PHONE_CHARACTERS = 40


class Number(str):
    """A number as a payload writes it: no float ever touches money."""

    __slots__ = ()


class Fields:
    """One object of a payload; what is missing or of an odd kind is empty."""

    def __init__(self, value: Any) -> None:
        self._values = value if isinstance(value, dict) else {}

    def has(self, name: str) -> bool:
        """Whether it says anything at all of that name."""
        return self._values.get(name) is not None

    def text(self, name: str, limit: int = LINE_CHARACTERS) -> str:
        """Printable text in one line; a number counts as text."""
        return one_line(scalar(self._values.get(name)), limit)

    def value(self, name: str) -> Any:
        """What is said, of whichever kind."""
        return self._values.get(name)

    def pairs(self, name: str, key: str) -> list[tuple[str, Any]]:
        """The named values in a list of notes."""
        return [(note.text(key), note.value("value")) for note in self.each(name)]

    def about(self, name: str, currency: str) -> Fraction:
        """An amount that only helps to judge others; nothing where it is unreadable."""
        try:
            return minor(scalar(self._values.get(name)), currency)
        except Unusable:
            return Fraction(0)

    def says(self, name: str) -> bool:
        """Whether it says yes."""
        return self._values.get(name) in (True, "true", "1", Number("1"))

    def id(self, name: str) -> str:
        """The number by which a shop knows something; empty where there is none."""
        found = ID.fullmatch(scalar(self._values.get(name)).strip())
        known = int(found[1]) if found else MAX_ID + 1
        return str(known) if known <= MAX_ID else ""

    def needed_id(self, name: str) -> str:
        """An id without which nothing can be done."""
        known = self.id(name)
        if not known:
            raise Unusable("bad_payload", f"it has no {name}")
        return known

    def within(self, name: str) -> "Fields":
        """The object of that name."""
        return Fields(self._values.get(name))

    def each(self, name: str) -> "list[Fields]":
        """The objects in a list; PHP writes one with holes as an object."""
        found = self._values.get(name)
        items = list(found.values()) if isinstance(found, dict) else found
        if not isinstance(items, list):
            return []
        return [Fields(item) for item in items[:MOST] if isinstance(item, dict)]

    def when(self, name: str) -> datetime | None:
        """An instant in the calendar in use, UTC where no offset is given.

        PHP writes some as an object with a `date`.
        """
        said = self._values.get(name)
        text = Fields(said).text("date") if isinstance(said, dict) else self.text(name)
        try:
            at = datetime.fromisoformat(text)
            aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at
            return aware.astimezone(UTC) if is_in_use(aware) else None
        except (ValueError, OverflowError):
            return None

    def exactly(self, name: str, currency: str) -> Fraction:
        """An amount in minor units with all its decimals; Unusable without."""
        said = self._values.get(name)
        if not isinstance(said, str):
            raise Unusable("bad_amount", f"there is no {name}")
        return minor(scalar(said), currency)


class Problems(list[str]):
    """What of a paid order could not be read, as `code: detail`, first things first."""

    def unless(self, read: Callable[[], T], instead: T) -> T:
        """What can be read; otherwise the problem is noted."""
        try:
            return read()
        except Unusable as reason:
            self.append(str(reason))
            return instead

    @property
    def first(self) -> str:
        """The one to be told; empty where there is none."""
        return one_line(self[0]) if self else ""


def decode(body: bytes) -> Fields:
    """The object in a body, with numbers as they are written."""
    text = body.decode("utf-8-sig", "replace")
    try:
        value = json.loads(
            text, parse_float=Number, parse_int=Number, parse_constant=_nothing
        )
    except RecursionError:
        raise Unusable("bad_payload", "it is nested too deeply") from None
    except ValueError as error:
        raise Unusable("bad_payload", str(error)) from None
    if not isinstance(value, dict):
        raise Unusable("bad_payload", "it is no object")
    return Fields(value)


def _nothing(_: str) -> None:
    """NaN and the infinities say nothing."""


def scalar(value: Any) -> str:
    """Text or a number as text; nothing else is text."""
    if isinstance(value, Number):
        whole, _, rest = value.partition(".")
        return whole if rest and not rest.strip("0") else str(value)
    return value if isinstance(value, str) else ""


def one_line(text: str | None, limit: int = LINE_CHARACTERS) -> str:
    """Printable text of up to `limit` characters in one line, made of any text."""
    printable = "".join(mark if mark.isprintable() else " " for mark in text or "")
    return printable.strip()[:limit].rstrip()


def status_of(text: str) -> str:
    """A status of WooCommerce, which some write with WordPress' own prefix."""
    return one_line(text, NAME_CHARACTERS).lower().removeprefix("wc-")


def currency_of(text: str) -> str:
    """A currency by its code in capitals."""
    code = text.strip().upper()
    if not CURRENCY.fullmatch(code):
        raise Unusable("bad_currency", one_line(text, NAME_CHARACTERS))
    return code


def minor(text: str, currency: str) -> Fraction:
    """An amount as shops write it, in minor units with all its decimals."""
    plain = text.strip() or "0"
    if not AMOUNT.fullmatch(plain):
        raise Unusable("bad_amount", one_line(text, NAME_CHARACTERS))
    units: int = 10 ** exponent_of(currency)
    exact = Fraction(plain.replace(",", "")) * units
    if abs(exact) > MAX_MINOR:
        raise Unusable("bad_amount", "it is beyond reason")
    return exact


def money(exact: Fraction, currency: str) -> Money:
    """A sum that was charged or paid: decimals beyond the currency's are refused."""
    nearest = round(exact)
    if abs(exact - nearest) > NOISE:
        raise Unusable("bad_amount", f"it has too many decimals for {currency}")
    return Money(nearest, currency)


def pieces(line: Fields, name: str) -> int:
    """How many pieces are ordered; Unusable for parts of one and for too many."""
    said = line.value(name)
    if said is None:
        return 1
    try:
        count = minor(scalar(said), "CREDIT")
    except Unusable:
        raise Unusable("bad_quantity", one_line(scalar(said))) from None
    if count.denominator != 1:
        raise Unusable("bad_quantity", one_line(scalar(said)))
    if count > MAX_QUANTITY:
        raise Unusable("quantity_too_large", str(count))
    return max(int(count), 0)


def check_size(lines: Iterable[ShopLine]) -> None:
    """Refuse an order of more lines or users than anybody buys."""
    counts = [line.quantity for line in lines]
    if len(counts) > MAX_LINES:
        raise Unusable("too_many_lines", str(len(counts)))
    if sum(counts) > MAX_SEATS:
        raise Unusable("too_many_seats", str(sum(counts)))
