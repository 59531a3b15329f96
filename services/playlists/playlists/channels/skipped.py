"""What of a playlist did not come in: how much of each kind, and which lines."""

import enum
from dataclasses import dataclass, field

MOST_NAMED = 200
"""Lines that are named; beyond them they are only counted."""
LONGEST_TEXT = 120


class Why(enum.StrEnum):
    """Why something was left out."""

    LONG = "long"
    CANNOT_OPEN = "cannot_open"
    NO_ADDRESS = "no_address"
    FILM = "film"
    GROUP = "group"
    DOUBLE = "double"
    LONG_VALUE = "long_value"
    LOGO = "logo"
    ARCHIVE = "archive"
    OPTION = "option"
    OFF = "off"


WORDS = {
    Why.LONG: "channels skipped: their entries or URLs are too long",
    Why.CANNOT_OPEN: "channels skipped: players cannot open their URLs",
    Why.NO_ADDRESS: "lines skipped: they are not valid URLs",
    Why.FILM: "films and episodes skipped",
    Why.GROUP: "channels skipped: their groups were not selected",
    Why.DOUBLE: "duplicate channels skipped",
    Why.LONG_VALUE: ("logos, groups, guide IDs or numbers skipped: they are too long"),
    Why.LOGO: "logos skipped: their URLs are not valid",
    Why.ARCHIVE: "channels imported without catch-up: its type is not supported",
    Why.OFF: "channels have no URL and were disabled",
    Why.OPTION: "channels imported without unsupported player options",
}
REASONS = {
    Why.LONG: "The entry or its URL is too long.",
    Why.CANNOT_OPEN: "Players cannot open this URL.",
    Why.NO_ADDRESS: "This is not a valid URL.",
    Why.FILM: "Film or episode, not a live channel.",
    Why.GROUP: "The group was not selected.",
    Why.DOUBLE: "Duplicate entry.",
    Why.LONG_VALUE: "A value is too long.",
    Why.LOGO: "The logo URL is not valid.",
    Why.ARCHIVE: "The catch-up type is not supported.",
    Why.OFF: "It has no URL and was disabled.",
    Why.OPTION: "Some player options are not supported.",
}
"""The same of one line."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """One line of which something was left out."""

    line: int
    text: str
    why: Why


@dataclass
class LeftOut:
    """What did not come in."""

    counts: dict[Why, int] = field(default_factory=dict)
    named: list[Named] = field(default_factory=list)

    def note(self, why: Why, line: int, text: str) -> None:
        """Count one, and name it while there is room."""
        self.counts[why] = self.counts.get(why, 0) + 1
        if len(self.named) < MOST_NAMED and (why is not Why.FILM or self._has_room()):
            self.named.append(Named(line=line, text=text[:LONGEST_TEXT], why=why))

    def as_result(self) -> dict[str, object]:
        """Counts and lines, as a job keeps them."""
        return {
            "left_out": {why.value: count for why, count in self.counts.items()},
            "lines": [[one.line, one.text, one.why.value] for one in self.named],
        }

    def _has_room(self) -> bool:
        """Films by the thousand do not crowd out what is rarer."""
        return self.counts[Why.FILM] <= MOST_NAMED // 4

    def in_words(self) -> str:
        """A sentence of each kind there is, with a blank before it."""
        told = ((WORDS[why], self.counts.get(why, 0)) for why in Why)
        return "".join(f" {count:,} {what}." for what, count in told if count)
