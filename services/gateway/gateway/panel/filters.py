"""Filters of lists: each reads its part of the address into values a service is asked.

A filter's name is the field of the request it fills, so a page passes them on as they
are. What cannot be right is read as not said.
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from uuid import UUID

from gateway.panel.display import label_of, zone

TEXT_LENGTH = 200
FROM, UNTIL = "_from", "_until"

Query = Mapping[str, str]
Options = Sequence[tuple[str, str]]
"""What can be chosen: value in the address, and words."""


class Filter(Protocol):
    """One way to narrow a list."""

    @property
    def kind(self) -> str:
        """Which control shows it."""

    @property
    def label(self) -> str:
        """What it is called."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its names in the address."""

    def read(self, query: Query) -> dict[str, Any]:
        """Values by field of the request; what was not said is left out."""


@dataclass(frozen=True)
class TextFilter:
    """Rows that have a text in them."""

    label: str
    name: str = "search"
    kind = "text"

    @property
    def names(self) -> tuple[str, ...]:
        """Its name in the address."""
        return (self.name,)

    def read(self, query: Query) -> dict[str, Any]:
        """The text, without what cannot be printed."""
        text = "".join(filter(str.isprintable, query.get(self.name, "")))
        return _unless_empty(self.name, text.strip()[:TEXT_LENGTH])


@dataclass(frozen=True)
class Choice:
    """Rows of one kind: an enum's, or of options the page gives when it is asked.

    `convert` makes the value out of what the address says; ValueError refuses it.
    """

    name: str
    label: str
    of: type[enum.Enum] | Options = ()
    convert: Callable[[str], Any] | None = None
    kind = "choice"

    @property
    def names(self) -> tuple[str, ...]:
        """Its name in the address."""
        return (self.name,)

    def options(self) -> Options:
        """Everything that can be chosen."""
        if isinstance(self.of, type):
            return [(str(one.value), label_of(one)) for one in self.of]
        return self.of

    def read(self, query: Query) -> dict[str, Any]:
        """The chosen value."""
        convert: Callable[[str], Any] = self.convert or str
        if isinstance(self.of, type):
            convert = self.of
        return _converted(self.name, convert, query.get(self.name, ""))


@dataclass(frozen=True)
class Id:
    """Rows that belong to something another page leads from; it has no control."""

    name: str
    label: str
    kind = "id"

    @property
    def names(self) -> tuple[str, ...]:
        """Its name in the address."""
        return (self.name,)

    def read(self, query: Query) -> dict[str, Any]:
        """The id."""
        return _converted(self.name, UUID, query.get(self.name, ""))


@dataclass(frozen=True)
class YesNo:
    """Rows for which something holds, or does not."""

    name: str
    label: str
    yes: str = "Yes"
    no: str = "No"
    kind = "choice"

    @property
    def names(self) -> tuple[str, ...]:
        """Its name in the address."""
        return (self.name,)

    def options(self) -> Options:
        """Yes and no, in words."""
        return (("yes", self.yes), ("no", self.no))

    def read(self, query: Query) -> dict[str, Any]:
        """True, False, or nothing."""
        text = {"yes": True, "no": False}.get(query.get(self.name, ""))
        return {} if text is None else {self.name: text}


@dataclass(frozen=True)
class Dates:
    """Rows of some days, the last one included, as days are in the actor's zone.

    `ends` fills `ends_from` and `ends_until` with instants, the second one excluded.
    """

    name: str
    label: str
    kind: str = field(default="dates", init=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Its names in the address."""
        return (self.name + FROM, self.name + UNTIL)

    def read(self, query: Query) -> dict[str, Any]:
        """Midnight before the first day, midnight after the last."""
        start, end = self.names
        return {
            **_converted(start, _midnight, query.get(start, "")),
            **_converted(end, _midnight_after, query.get(end, "")),
        }


@dataclass(frozen=True)
class HiddenFilter:
    """Another filter without a control: other pages lead to lists narrowed by it."""

    of: Filter
    kind = "id"

    @property
    def label(self) -> str:
        """What it is called."""
        return self.of.label

    @property
    def names(self) -> tuple[str, ...]:
        """Its names in the address."""
        return self.of.names

    def read(self, query: Query) -> dict[str, Any]:
        """What the filter inside reads."""
        return self.of.read(query)


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), zone())


def _midnight_after(day: str) -> datetime:
    return _midnight(str(date.fromisoformat(day) + timedelta(days=1)))


def _converted(name: str, convert: Callable[[str], Any], text: str) -> dict[str, Any]:
    try:
        return _unless_empty(name, convert(text)) if text else {}
    except (ValueError, OverflowError):
        return {}


def _unless_empty(name: str, value: Any) -> dict[str, Any]:
    return {} if value in {None, ""} else {name: value}
