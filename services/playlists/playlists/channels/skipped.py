"""What of a playlist did not come in: how much of each kind, and which lines."""

import enum
from dataclasses import dataclass, field

MOST_NAMED = 200
"""Lines that are named; beyond them they are only counted."""
LONGEST_TEXT = 120


class SkipReason(enum.StrEnum):
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
    SkipReason.LONG: "channels skipped: their entries or URLs are too long",
    SkipReason.CANNOT_OPEN: "channels skipped: players cannot open their URLs",
    SkipReason.NO_ADDRESS: "lines skipped: they are not valid URLs",
    SkipReason.FILM: "films and episodes skipped",
    SkipReason.GROUP: "channels skipped: their groups were not selected",
    SkipReason.DOUBLE: "duplicate channels skipped",
    SkipReason.LONG_VALUE: (
        "logos, groups, guide IDs or numbers skipped: they are too long"
    ),
    SkipReason.LOGO: "logos skipped: their URLs are not valid",
    SkipReason.ARCHIVE: "channels imported without catch-up: its type is not supported",
    SkipReason.OFF: "channels have no URL and were disabled",
    SkipReason.OPTION: "channels imported without unsupported player options",
}
REASONS = {
    SkipReason.LONG: "The entry or its URL is too long.",
    SkipReason.CANNOT_OPEN: "Players cannot open this URL.",
    SkipReason.NO_ADDRESS: "This is not a valid URL.",
    SkipReason.FILM: "Film or episode, not a live channel.",
    SkipReason.GROUP: "The group was not selected.",
    SkipReason.DOUBLE: "Duplicate entry.",
    SkipReason.LONG_VALUE: "A value is too long.",
    SkipReason.LOGO: "The logo URL is not valid.",
    SkipReason.ARCHIVE: "The catch-up type is not supported.",
    SkipReason.OFF: "It has no URL and was disabled.",
    SkipReason.OPTION: "Some player options are not supported.",
}
"""The same of one line."""


@dataclass(frozen=True, kw_only=True)
class SkippedLine:
    """One line of which something was left out."""

    line: int
    text: str
    why: SkipReason


@dataclass
class SkippedLines:
    """What did not come in."""

    counts: dict[SkipReason, int] = field(default_factory=dict)
    named: list[SkippedLine] = field(default_factory=list)

    def note(self, why: SkipReason, line: int, text: str) -> None:
        """Count one, and name it while there is room."""
        self.counts[why] = self.counts.get(why, 0) + 1
        if len(self.named) < MOST_NAMED and (
            why is not SkipReason.FILM or self._has_room()
        ):
            self.named.append(SkippedLine(line=line, text=text[:LONGEST_TEXT], why=why))

    def as_result(self) -> dict[str, object]:
        """Counts and lines, as a job keeps them."""
        return {
            "left_out": {why.value: count for why, count in self.counts.items()},
            "lines": [[one.line, one.text, one.why.value] for one in self.named],
        }

    def _has_room(self) -> bool:
        """Films by the thousand do not crowd out what is rarer."""
        return self.counts[SkipReason.FILM] <= MOST_NAMED // 4

    def in_words(self) -> str:
        """A sentence of each kind there is, with a blank before it."""
        told = ((WORDS[why], self.counts.get(why, 0)) for why in SkipReason)
        return "".join(f" {count:,} {what}." for what, count in told if count)
