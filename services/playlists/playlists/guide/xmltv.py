"""XMLTV read as a stream: rows of programmes, one slice of the guide at a time.

Three readers share the work. expat (`wellformed`) checks every byte. pugixml, the
fastest parser whose memory stays flat when it is given slices, takes the values out.
lxml reads what cannot be cut into slices, at about half the speed.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from lxml import etree
from pugixml import pugi

from playlists.guide.programmes import FIELD, MARKS
from playlists.guide.refusals import NotXmltv
from playlists.guide.slices import LONGEST, Slices

PARSING = pugi.PARSE_DEFAULT | pugi.PARSE_TRIM_PCDATA
TWO_CATEGORIES = re.compile(rb"</category>\s*<category")
TWO_EPISODES = re.compile(rb"</episode-num>\s*<episode-num")
TITLE_LANGUAGE = re.compile(rb'<title lang="([A-Za-z-]*)">')
NUMBERING = "xmltv_ns"
RARE = [f"<{tag}".encode() for tag in ("rating", "star-rating", *MARKS)]
USUAL_ENDING = FIELD.join(("", "", "0"))
"""No rating, no stars, no marks."""

Row = tuple[str, str, str, str]
"""A programme's channel, start and stop as the guide says them, and the other fields
joined in the order of `programmes.FIELDS`."""
Reader = Callable[[Any], str]


class ChannelRow(NamedTuple):
    """One channel as the guide says it."""

    name: str
    icon: str


class Guide:
    """One guide, to be read once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._slices = Slices(pieces)
        self.channels: dict[str, ChannelRow] = {}
        """By id; fills while the programmes are read."""

    def programmes(self) -> Iterator[Row]:
        """The programmes in the guide's order.

        Refusals rise where the guide breaks, so what came before counts for nothing
        until the end is reached: see `wellformed.Checker`.
        """
        document = pugi.XMLDocument()
        for text in self._slices:
            yield from self._quick(document, text)
        yield from self._careful(self._slices.rest)

    def _quick(self, document: Any, text: bytes) -> Iterator[Row]:
        result = document.load_buffer(text, len(text), PARSING, pugi.ENCODING_UTF8)
        if result.status != pugi.STATUS_OK:
            raise NotXmltv(f"The XML is broken: {result.description()}.")
        root = document.child("tv")
        if b"<channel" in text:
            self._note_channels(root)
        read = quick_reader(text)
        for node in root.children("programme"):
            attribute = node.attribute
            yield (
                attribute("channel").value(),
                attribute("start").value(),
                attribute("stop").value(),
                read(node),
            )

    def _note_channels(self, root: Any) -> None:
        for node in root.children("channel"):
            icon = node.child("icon").attribute("src").value()
            row = ChannelRow(node.child_value("display-name"), icon)
            self.channels.setdefault(node.attribute("id").value(), row)

    def _careful(self, rest: Iterator[bytes]) -> Iterator[Row]:
        for element in _elements(rest):
            if element.tag == "programme":
                yield (
                    element.get("channel", ""),
                    element.get("start", ""),
                    element.get("stop", ""),
                    FIELD.join(careful_fields(element)),
                )
            else:
                icon = _attribute(element.find("icon"), "src")
                row = ChannelRow(_own_text(element.find("display-name")), icon)
                self.channels.setdefault(element.get("id", ""), row)


def quick_reader(text: bytes) -> Reader:
    """How to read the fields of this slice's programmes: what is rare costs little."""
    categories = _categories if TWO_CATEGORIES.search(text) else _category
    episode = _numbered_episode if TWO_EPISODES.search(text) else _episode
    ending = _ending if any(tag in text for tag in RARE) else _usual_ending
    language = _language_of(text)

    def read(node: Any) -> str:
        value, child = node.child_value, node.child
        return FIELD.join(
            (
                value("title"),
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


def _language_of(text: bytes) -> Reader:
    """Most guides have one language: then nobody looks it up in every title."""
    first = TITLE_LANGUAGE.search(text)
    title = first[0] if first else b"<title>"
    if text.count(title) == text.count(b"<title"):
        only = first[1].decode() if first else ""
        return lambda _node: only
    return lambda node: node.child("title").attribute("lang").value()


def _category(node: Any) -> str:
    value: str = node.child_value("category")
    return value


def _categories(node: Any) -> str:
    return "\n".join(child.child_value() for child in node.children("category"))


def _episode(node: Any) -> str:
    value: str = node.child_value("episode-num")
    return value


def _numbered_episode(node: Any) -> str:
    """The number programs can read, else whichever comes first."""
    numbered = node.find_child_by_attribute("episode-num", "system", NUMBERING)
    value: str = numbered.child_value() or node.child_value("episode-num")
    return value


def _usual_ending(_node: Any) -> str:
    return USUAL_ENDING


def _ending(node: Any) -> str:
    marks = sum(mark for tag, mark in MARKS.items() if not node.child(tag).empty())
    ratings = (
        node.child(tag).child_value("value") for tag in ("rating", "star-rating")
    )
    return FIELD.join((*ratings, str(marks)))


def _elements(rest: Iterator[bytes]) -> Iterator[Any]:
    """Channels and programmes one by one, forgotten as soon as they were seen."""
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("channel", "programme"),
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    silent = 0
    for piece in rest:
        _feed(parser, piece)
        silent += len(piece)
        for _, element in parser.read_events():
            yield element
            _forget(element)
            silent = 0
        if silent > 2 * LONGEST:
            raise NotXmltv(f"No programme ends within {silent >> 20} MB.")


def _feed(parser: Any, piece: bytes) -> None:
    try:
        parser.feed(piece)
    except etree.XMLSyntaxError as error:
        raise NotXmltv(f"The XML is broken: {error.msg}.") from None


def _forget(element: Any) -> None:
    element.clear()
    parent = element.getparent()
    while element.getprevious() is not None:
        del parent[0]


def careful_fields(element: Any) -> list[str]:
    """The fields of a programme, in the order of `programmes.FIELDS`."""
    first: dict[str, Any] = {}
    categories, marks = [], 0
    for child in element:
        tag = child.tag
        if tag == "category":
            categories.append(_own_text(child))
        elif tag == "episode-num" and child.get("system") == NUMBERING:
            first[tag] = child
        else:
            first.setdefault(tag, child)
            marks |= MARKS.get(tag, 0)
    return [
        _own_text(first.get("title")),
        _own_text(first.get("sub-title")),
        _own_text(first.get("desc")),
        "\n".join(categories),
        _own_text(first.get("episode-num")),
        _attribute(first.get("icon"), "src"),
        _attribute(first.get("title"), "lang"),
        _own_text(first.get("date")),
        _value(first.get("rating")),
        _value(first.get("star-rating")),
        str(int(marks)),
    ]


def _own_text(element: Any) -> str:
    """The text of an element that may be missing."""
    return "" if element is None else "".join(element.itertext()).strip()


def _value(element: Any) -> str:
    return "" if element is None else _own_text(element.find("value"))


def _attribute(element: Any, name: str) -> str:
    return "" if element is None else str(element.get(name, ""))
