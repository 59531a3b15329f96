"""Small things playlists say of a channel: numbers, hours, days, marks for adults."""

import re
from collections.abc import Mapping

LONGEST_NUMBER = 64
NUMBER = re.compile(r"0*([1-9][0-9]{0,8})(?:[.-]([0-9]{0,4}))?")
HOURS = re.compile(r"([+-]?)0{0,3}([0-9]{1,2})(?:[.,]([0-9]{1,4}))?")
CLOCK = re.compile(r"([+-]?)([0-9]{1,2}):([0-9]{2})")
MOST_SHIFT_MINUTES = 24 * 60
MOST_DAYS = 365
DAYS = ("catchup-days", "tvg-rec", "timeshift")
CATCHUP = ("catchup", "catchup-type", "catchup-source", *DAYS)
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"", "0", "false", "no", "none", "off"})
ADULT = ("adult", "is-adult", "tvg-adult", "censored", "parent-code", "parental-code")
ADULT_GROUP = re.compile(
    r"\b(?:xxx|porno?\w*|erotic\w*|erotik\w*|adults?(?!\s+(?:swim|animation|hits"
    r"|contemporary))|for adults|erwachsene\w*|adultos?|adultes?|hentai)\b"
    r"|(?<!\d)18\s?\+|\+\s?18(?!\d)|взросл|для взрослых",
    re.IGNORECASE,
)
NOT_ADULT = re.compile(r"\b(?:young|not|no|non|sans|without|kids)\b", re.IGNORECASE)


def is_yes(value: str) -> bool:
    """Whether a mark is set."""
    return value.lower() in YES


def is_adult(attributes: Mapping[str, str]) -> bool:
    """Whether a channel is marked for adults, in one of the ways there are."""
    return any(attributes.get(name, "").lower() not in NO for name in ADULT)


def is_adult_group(group: str) -> bool:
    """Whether a group's name says that it is for adults."""
    return bool(ADULT_GROUP.search(group)) and not NOT_ADULT.search(group)


def number_of(value: str) -> tuple[int, int | None] | None:
    """A channel's number, and the one behind its point."""
    found = NUMBER.fullmatch(value) if value.isascii() else None
    if found is None:
        return None
    return int(found[1]), int(found[2]) if found[2] else None


def shift_of(attributes: Mapping[str, str], head: Mapping[str, str]) -> int | None:
    """By how many minutes the guide is shown later; None where nothing says it."""
    for words in (attributes, head):
        if minutes := _minutes(words.get("tvg-shift", "").strip()):
            return minutes
        if words.get("tvg-shift", "").strip():
            return 0
    return None


def _minutes(hours: str) -> int:
    if clock := CLOCK.fullmatch(hours):
        minutes = int(clock[2]) * 60 + int(clock[3])
        return _bounded(-minutes if clock[1] == "-" else minutes)
    found = HOURS.fullmatch(hours)
    if found is None:
        return 0
    minutes = round(float(f"{found[2]}.{found[3] or 0}") * 60)
    return _bounded(-minutes if found[1] == "-" else minutes)


def _bounded(minutes: int) -> int:
    return max(-MOST_SHIFT_MINUTES, min(MOST_SHIFT_MINUTES, minutes))


def catchup_words(
    attributes: Mapping[str, str], head: Mapping[str, str]
) -> dict[str, str]:
    """What is said of catch-up: by the channel, and by the head for what it leaves."""
    words = {name: head[name] for name in CATCHUP if head.get(name)}
    own = {name: attributes[name] for name in CATCHUP if attributes.get(name)}
    if any(name in own for name in DAYS):
        words = {name: value for name, value in words.items() if name not in DAYS}
    if "catchup" in own or "catchup-type" in own:
        words.pop("catchup", None)
        words.pop("catchup-type", None)
    return words | own


def says_catchup(words: Mapping[str, str]) -> bool:
    """Whether there is a word of catch-up beside its days."""
    return any(words.get(name) for name in CATCHUP[:3])


def days_of(words: Mapping[str, str]) -> int | None:
    """How many days an archive holds; None where no number says it."""
    for name in DAYS:
        value = words.get(name, "")
        if value.strip("0.") == "" and value:
            return 0
        if len(value) <= LONGEST_NUMBER and (found := number_of(value)):
            return min(found[0], MOST_DAYS)
    return None


def too_long(words: Mapping[str, str]) -> list[str]:
    """Numbers of days that are longer than any number."""
    found = (words.get(name, "") for name in DAYS)
    return [value for value in found if len(value) > LONGEST_NUMBER]
