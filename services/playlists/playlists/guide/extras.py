"""What a guide says of a programme beyond the columns: kept as the XML it came as.

Elements stand in the order of the guide, with `SEPARATOR` between them.
Where a slice of a guide has nothing of a kind, nobody looks for it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

SEPARATOR = "\x1d"
"""Stands between elements: XML cannot contain it."""
MOST = 6000
"""Characters of all of them; what would be beyond is left out whole."""
ALWAYS = (
    *("credits", "keyword", "language", "orig-language", "length", "url", "country"),
    *("video", "audio", "subtitles", "review", "image"),
)
"""Elements that have no column."""
FURTHER = ("title", "sub-title", "desc")
"""Elements of which the first has a column."""
ODD = {
    "icon": rb'<icon(?! src="[^"]*+"\s*+/?>(?!\s*(?:</icon>\s*)?<icon))',
    "previously-shown": rb"<previously-shown\s+[a-z]",
    "premiere": rb"<premiere[^>/]*>[^<]",
    "last-chance": rb"<last-chance[^>/]*>[^<]",
    "rating": rb"<rating\s+[a-z]|</rating>\s*<rating|</value>\s*<icon",
    "star-rating": rb"<star-rating\s+[a-z]|</star-rating>\s*<star-rating",
}
"""Elements that say more than their column holds where these patterns are met."""
ODD_PATTERNS = {tag: re.compile(pattern) for tag, pattern in ODD.items()}
AGAIN = re.compile(rb"</(title|sub-title|desc|category)>\s*+<\1(?=[\s/>])")
START = re.compile(rb"""<[\w-]+(?:[^>"']|"[^"]*"|'[^']*')*>""")
NUMBER = re.compile(r"[\d\s./]*\.[\d\s./]*", re.ASCII)
ODD_NUMBER = re.compile(
    rb'<episode-num(?! system="'
    rb'(?:xmltv_ns">[\d\s./]*\.[\d\s./]*<|onscreen">\s*[A-Za-z]))'
    rb"|</episode-num>\s*<episode-num"
)

OPENING = re.compile(rb'<([a-z-]+(?: lang="[A-Za-z-]{0,30}")?>?)')
"""As far as it says how an element begins; without `>` it has other attributes."""

Reader = Callable[[Any], str]
Tags = Counter[bytes]


class Shape:
    """What elements there are in a slice of a guide, and how they begin."""

    def __init__(self, text: bytes) -> None:
        self.tags: Tags = Counter()
        """How often each element begins."""
        self._ways: dict[bytes, list[bytes]] = defaultdict(list)
        for opening, count in Counter(OPENING.findall(text)).items():
            tag = opening.removesuffix(b">").partition(b" ")[0]
            self.tags[tag] += count
            self._ways[tag].append(opening.removeprefix(tag))
        self.repeated = set(AGAIN.findall(text))
        """Of texts and categories, those that some programme has several of."""
        self.has_odd_numbers = _has(text, self.tags, "episode-num", ODD_NUMBER)
        """Whether some programme's number has to be chosen: see `numbered`."""

    def language_of(self, tag: bytes) -> str | None:
        """The language that all elements of a tag have, maybe empty; None: several."""
        [way, *others] = self._ways[tag]
        if others or not way.endswith(b">"):
            return None
        return way.removeprefix(b' lang="').rstrip(b'">').decode()


def reader_of(text: bytes, shape: Shape, *, with_categories: bool) -> Reader | None:
    """How to read a programme's pieces out of this slice; None: there are none."""
    tags = shape.tags
    every = [tag for tag in ALWAYS if tag.encode() in tags]
    every += [tag for tag, odd in ODD_PATTERNS.items() if _has(text, tags, tag, odd)]
    every += ["category"] if with_categories else []
    further = [tag for tag in FURTHER if tag.encode() in shape.repeated]
    if not (every or further or shape.has_odd_numbers):
        return None

    def read(node: Any) -> str:
        found = [child for tag in every for child in node.children(tag)]
        for tag in further:
            found += [c for c in node.children(tag) if c.child_value()][1:]
        if shape.has_odd_numbers:
            kept = numbered(node)
            found += [c for c in node.children("episode-num") if c != kept]
        return SEPARATOR.join(_bounded(_source(text, child) for child in found))

    return read


def _has(text: bytes, tags: Tags, tag: str, pattern: re.Pattern[bytes]) -> bool:
    return tag.encode() in tags and pattern.search(text) is not None


def numbered(node: Any) -> Any:
    """The number that the column holds: one programs can read, else one to be shown."""
    shown = None
    for child in node.children("episode-num"):
        system, value = child.attribute("system").value(), child.child_value()
        is_number = NUMBER.fullmatch(value) is not None
        if system == "xmltv_ns" and is_number:
            return child
        if system in ("", "onscreen") and not is_number and shown is None and value:
            shown = child
    return shown


def _source(text: bytes, node: Any) -> str:
    """An element as the guide wrote it."""
    start = node.offset_debug() - 1
    head = START.match(text, start)
    if head is None:
        return ""
    end = head.end()
    if not head[0].endswith(b"/>"):
        closing = text.find(b"</" + node.name().encode(), end)
        end = text.find(b">", closing) + 1
    return text[start:end].decode()


def _bounded(elements: Iterator[str]) -> Iterator[str]:
    left = MOST
    for element in elements:
        left -= len(element) + 1
        if left < 0:
            return
        yield element
