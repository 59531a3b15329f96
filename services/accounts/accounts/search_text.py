"""What a search looks through, and how what is typed is looked for."""

import re
from collections.abc import Iterable

MAC_PART = re.compile(r"[0-9a-f]{2}(?:[-:.][0-9a-f]{2})+\Z")
CISCO_MAC = re.compile(r"[0-9a-f]{4}\.[0-9a-f]{4}(?:\.[0-9a-f]{4})?\Z")


def searchable(texts: Iterable[str]) -> str:
    """Texts as a search looks through them: in lower case, one line."""
    return " ".join(text for text in texts if text).lower()


def phone_words(*numbers: str) -> list[str]:
    """Telephone numbers as they were given, and by their digits alone."""
    digits = [re.sub(r"\D", "", number) for number in numbers]
    return [*numbers, *digits]


def mac_words(mac: str) -> list[str]:
    """A MAC as it is kept, and without its colons."""
    return [mac, mac.replace(":", "")] if mac else []


def search_words(search: str) -> list[str]:
    """The words that a row must hold, each anywhere; MACs as they are kept."""
    return [_as_kept(word) for word in search.lower().split()]


def _as_kept(word: str) -> str:
    if MAC_PART.match(word):
        return re.sub(r"[-.]", ":", word)
    return word.replace(".", "") if CISCO_MAC.match(word) else word
