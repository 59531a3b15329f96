"""XMLTV read as a stream: rows of programmes, one slice of the guide at a time.

Two readers share the work. expat (`wellformed`) checks every byte, and what it finds
broken is mended (`repairs`). pugixml, the fastest parser whose memory stays flat when
it is given slices, takes the values out.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from operator import methodcaller
from typing import Any, NamedTuple

from pugixml import pugi

from lineup.contracts.playlists.refusals import NotXmltv
from playlists.guide.extras import (
    MOST,
    Reader,
    Shape,
    numbered,
    reader_of,
)
from playlists.guide.programmes import FIELD, MARKS
from playlists.guide.repairs import Repairs
from playlists.guide.slices import Slices

PARSING = pugi.PARSE_DEFAULT | pugi.PARSE_TRIM_PCDATA
NO_TITLE = re.compile(rb"<title[^>]*+>\s*+<")
LANGUAGES = ("title", "sub-title", "desc", "category")
HEAD = re.compile(
    r'<programme start="([^"&\t\r\n]*)" stop="([^"&\t\r\n]*)"'
    r' channel="([^"&\t\r\n]*)">'
)
"""How nearly all guides write it, with nothing in it that has to be put right."""
RARE = {tag.encode() for tag in ("rating", "star-rating", *MARKS)}
USUAL_ENDING = FIELD.join(("", "", "0", ""))
"""No rating, no stars, no marks, nothing more."""

LONGEST_ROW = 16_000
"""Characters of a programme; each text of one that is longer is cut to its limit."""
LONGEST_FIELDS = (500, 500, 8000, 2000, 100, 2000, 150, 50, 100, 100, 10, MOST)
"""In the order of `programmes.FIELDS`."""
LONGEST_ID, LONGEST_NAME, LONGEST_ICON = 500, 500, 2000
MOST_NAMES = 20
"""Of one channel."""
MOST_CHANNELS = 100_000

Row = tuple[str, str, str, str]
"""A programme's channel, start and stop as the guide says them, and the other fields
joined in the order of `programmes.FIELDS`."""


class ChannelRow(NamedTuple):
    """One channel as the guide says it."""

    names: tuple[str, ...]
    """Its display names in their order, none of them empty."""
    icon: str


class Guide:
    """One guide, to be read once."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._slices = Slices(chunks)
        self.channels: dict[str, ChannelRow] = {}
        """By id; fills while the programmes are read."""
        self.cut = 0
        """How many programmes had to be cut."""

    @property
    def repairs(self) -> Repairs:
        """What was broken."""
        return self._slices.repairs

    def programmes(self) -> Iterator[Row]:
        """The programmes in the guide's order.

        Refusals rise where the guide breaks, so what came before counts for nothing
        until the end is reached.
        """
        document = pugi.XMLDocument()
        for text in self._slices:
            yield from self._quick(document, text)

    def _quick(self, document: Any, text: bytes) -> Iterator[Row]:
        result = document.load_buffer(text, len(text), PARSING, pugi.ENCODING_UTF8)
        if result.status != pugi.STATUS_OK:
            raise NotXmltv(f"The XML is broken: {result.description()}.")
        root = document.child("tv")
        if b"<channel" in text:
            self._note_channels(root)
        nodes, shape = list(root.children("programme")), Shape(text)
        read = quick_reader(text, shape)
        heads = heads_of(text, nodes, shape.tags[b"programme"])
        for (start, stop, channel), node in zip(heads, nodes, strict=True):
            row = channel, start, stop, read(node)
            yield self._bounded(row) if len(row[3]) > LONGEST_ROW else row

    def _bounded(self, row: Row) -> Row:
        """A programme whose texts are cut, each to its limit."""
        self.cut += 1
        fields = zip(row[3].split(FIELD), LONGEST_FIELDS, strict=True)
        cut = [value[:most] for value, most in fields]
        return (*row[:3], FIELD.join(cut))

    def _note(self, id_: str, names: Iterable[str], icon: str) -> None:
        """Keep what the guide says of a channel first, if it can be kept."""
        if len(self.channels) >= MOST_CHANNELS or not 0 < len(id_) <= LONGEST_ID:
            return
        icon = icon if len(icon) <= LONGEST_ICON else ""
        kept = (name[:LONGEST_NAME] for name in names if name)
        self.channels.setdefault(id_, ChannelRow(tuple(islice(kept, MOST_NAMES)), icon))

    def _note_channels(self, root: Any) -> None:
        for node in root.children("channel"):
            icon = node.child("icon").attribute("src").value()
            names = (name.child_value() for name in node.children("display-name"))
            self._note(node.attribute("id").value(), names, icon)


def heads_of(
    text: bytes, nodes: Sequence[Any], begun: int
) -> Sequence[tuple[str, str, str]]:
    """Start, stop and channel of all programmes: found at once where they are written
    in the usual way. `begun` is how often a programme begins in the slice.
    """
    heads = HEAD.findall(text.decode())
    if len(heads) == begun == len(nodes):
        return heads
    names = "start", "stop", "channel"
    return [tuple(node.attribute(name).value() for name in names) for node in nodes]


def quick_reader(text: bytes, shape: Shape) -> Reader:
    """How to read the fields of this slice's programmes: what is rare costs little."""
    tags = shape.tags
    categories = _categories if b"category" in shape.repeated else _category
    episode = _chosen_episode if shape.has_odd_numbers else _episode
    has_titles = tags[b"title"] >= tags[b"programme"] and not NO_TITLE.search(text)
    title = _title if has_titles else _any_title
    language, is_even = language_of(shape)
    extras = reader_of(text, shape, with_categories=not is_even)
    is_usual = extras is None and RARE.isdisjoint(tags)
    ending = _usual_ending if is_usual else partial(_ending, extras)

    def read(node: Any) -> str:
        value, child = node.child_value, node.child
        return FIELD.join(
            (
                title(node),
                value("sub-title"),
                value("desc"),
                categories(node),
                episode(node),
                child("icon").attribute("src").value(),
                language(node),
                value("date"),
                ending(node),
            )
        )

    return read


def language_of(shape: Shape) -> tuple[Reader, bool]:
    """How to read the languages of a programme, and whether its categories have one.

    Most guides have one language: then nobody looks it up in every element. Others
    say four, with slashes between them: of title, sub-title, text and categories.
    """
    known: list[str | None] = []
    for tag in map(str.encode, LANGUAGES):
        if tag in shape.tags:
            known.append(shape.language_of(tag))
        else:
            known.append(known[0] if known else "")
    if None not in known:
        only = _joined([language or "" for language in known])
        return lambda _node: only, True
    return _languages, known[-1] is not None


def _languages(node: Any) -> str:
    """The language of each kind, where the programme has any."""
    title = next((c for c in node.children("title") if c.child_value()), None)
    first = (title or node.child("title")).attribute("lang").value()
    found = [first]
    for tag in LANGUAGES[1:]:
        child = node.child(tag)
        found.append(first if child.empty() else child.attribute("lang").value())
    return _joined([language.replace("/", "-")[:30] for language in found])


def _joined(languages: list[str]) -> str:
    return languages[0] if len(set(languages)) == 1 else "/".join(languages)


_title, _category, _episode = (
    methodcaller("child_value", tag) for tag in ("title", "category", "episode-num")
)


def _any_title(node: Any) -> str:
    """The first title that says something, else what else does."""
    titles = (child.child_value() for child in node.children("title"))
    found: str = next(filter(None, titles), "")
    return found or node.child_value("sub-title") or node.child_value("category")


def _categories(node: Any) -> str:
    return "\n".join(child.child_value() for child in node.children("category"))


def _chosen_episode(node: Any) -> str:
    chosen = numbered(node)
    return chosen.child_value() if chosen else ""


def _usual_ending(_node: Any) -> str:
    return USUAL_ENDING


def _ending(extras: Reader | None, node: Any) -> str:
    marks = sum(mark for tag, mark in MARKS.items() if not node.child(tag).empty())
    ratings = (
        node.child(tag).child_value("value") for tag in ("rating", "star-rating")
    )
    return FIELD.join((*ratings, str(marks), extras(node) if extras else ""))
