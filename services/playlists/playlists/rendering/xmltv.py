"""XMLTV: the text of one channel and one programme (xmltv.dtd)."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from playlists.guide.extras import SEPARATOR
from playlists.guide.programmes import ProgrammeFlag
from playlists.rendering.lineups import Entry

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE tv SYSTEM "xmltv.dtd">\n'
    '<tv generator-info-name="Lineup">\n'
)
TAIL = "</tv>\n"
SPECIAL = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MARKS = (
    (ProgrammeFlag.REPEAT, "<previously-shown/>"),
    (ProgrammeFlag.PREMIERE, "<premiere/>"),
    (ProgrammeFlag.LAST_CHANCE, "<last-chance/>"),
    (ProgrammeFlag.NEW, "<new/>"),
)
"""In the order of the DTD."""
NUMBERED = re.compile(
    r"([0-9]{0,6})(?:/[0-9]{1,6})?\.([0-9]{0,6})(?:/[0-9]{1,6})?(?:\.|\Z)"
)
LONGEST_NUMBER = 100
ORDER = (
    *("title", "sub-title", "desc", "credits", "date", "category", "keyword"),
    *("language", "orig-language", "length", "icon", "url", "country", "episode-num"),
    *("video", "audio", "previously-shown", "premiere", "last-chance", "new"),
    *("subtitles", "rating", "star-rating", "review", "image"),
)
"""Of children, by the DTD."""
FIRST_IS_COLUMN = {"title", "sub-title", "desc", "episode-num"}
TAG = re.compile(r"<([a-z-]+)")
MARK_NAMES = re.compile(r"<([a-z-]+)/>")
MARK_TAGS = {"previously-shown", "premiere", "last-chance", "new"}


class ProgrammeRow(NamedTuple):
    """One programme, in the order of the columns it is read from."""

    start: int
    """Epoch seconds, as is `stop`."""
    stop: int
    title: str
    sub_title: str
    description: str
    categories: str
    episode: str
    icon: str
    language: str
    made_on: str
    rating: str
    star_rating: str
    marks: int
    extra: str = ""
    """XML of what has no column: see `playlists.guide.extras`."""


def channel(entry: Entry, others: Iterable[str] = ()) -> str:
    """A channel element, with the names of other channels that show the same."""
    icon = f"<icon src={attribute(entry.logo)}/>" if entry.logo else ""
    names = dict.fromkeys((entry.name, *others))
    named = "".join(f"<display-name>{text(name)}</display-name>" for name in names)
    return f"<channel id={attribute(entry.tvg_id)}>{named}{icon}</channel>\n"


def programme(channel_attribute: str, shown: ProgrammeRow) -> str:
    """A programme element; children in the one order the DTD allows."""
    start, stop = stamp(shown.start), stamp(shown.stop)
    children = _with_extras(shown) if shown.extra else "".join(_children(shown))
    return (
        f'<programme start="{start}" stop="{stop}" channel={channel_attribute}>'
        f"{children}</programme>\n"
    )


@lru_cache(maxsize=1 << 15)
def stamp(epoch: int) -> str:
    """An instant as Kodi, too, understands it: UTC with a numeric zone.

    Remembered, since channels begin programmes at the same minutes.
    """
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y%m%d%H%M%S +0000")


@lru_cache(maxsize=256)
def _langs(languages: str) -> tuple[str, str, str, str]:
    """The attributes of title, sub-title, description and categories."""
    tags = languages.split("/") if languages else [""]
    four = tags if len(tags) == 4 else tags[:1] * 4
    title, sub_title, description, category = (
        f" lang={attribute(language)}" if language else "" for language in four
    )
    return title, sub_title, description, category


def text(value: str) -> str:
    """Text between tags; characters XML cannot hold are left out."""
    if SPECIAL.search(value) is None:
        return value
    return escape(NOT_XML.sub("", value))


def attribute(value: str) -> str:
    """A quoted attribute value."""
    return quoteattr(NOT_XML.sub("", value))


def _children(shown: ProgrammeRow) -> Iterator[str]:
    """The children of a programme that has all it has in columns."""
    language, sub_language, text_language, category_language = _langs(shown.language)
    yield f"<title{language}>{text(shown.title)}</title>"
    if shown.sub_title:
        yield f"<sub-title{sub_language}>{text(shown.sub_title)}</sub-title>"
    if shown.description:
        yield f"<desc{text_language}>{text(shown.description)}</desc>"
    if shown.made_on:
        yield f"<date>{text(shown.made_on)}</date>"
    yield from _about(shown, category_language)


def _about(shown: ProgrammeRow, category_language: str) -> Iterator[str]:
    for category in filter(None, shown.categories.split("\n")):
        yield f"<category{category_language}>{text(category)}</category>"
    if shown.icon:
        yield f"<icon src={attribute(shown.icon)}/>"
    if shown.episode:
        yield from episode(shown.episode, is_shown='"onscreen"' not in shown.extra)
    yield _marks(shown.marks)
    yield from _rated(shown)


def _rated(shown: ProgrammeRow) -> Iterator[str]:
    if shown.rating:
        yield f"<rating><value>{text(shown.rating)}</value></rating>"
    if shown.star_rating:
        yield f"<star-rating><value>{text(shown.star_rating)}</value></star-rating>"


def _with_extras(shown: ProgrammeRow) -> str:
    """All children in their order: what columns hold, and what else the guide said.

    Extras of a kind take the place of the column, except where they are further ones.
    """
    by_tag: dict[str, list[str]] = {}
    for child in shown.extra.split(SEPARATOR):
        by_tag.setdefault(_tag(child), []).append(child)
    for element in _single(_children(shown)):
        tag = _tag(element)
        if tag in FIRST_IS_COLUMN or tag not in by_tag:
            by_tag[tag] = [element, *by_tag.get(tag, [])]
    return "".join(child for tag in ORDER for child in by_tag.get(tag, ()))


def _single(children: Iterator[str]) -> Iterator[str]:
    """Children of one kind as one; marks apart."""
    for tag, elements in groupby(children, key=_tag):
        if tag in MARK_TAGS:
            yield from (f"<{mark}/>" for mark in MARK_NAMES.findall("".join(elements)))
        else:
            yield "".join(elements)


def _tag(element: str) -> str:
    found = TAG.match(element)
    return found[1] if found else ""


@lru_cache(maxsize=64)
def _marks(marks: int) -> str:
    return "".join(element for mark, element in MARKS if marks & mark)


def episode(number: str, *, is_shown: bool = True) -> Iterator[str]:
    """A number by both systems where it has one, else as it is shown on screen.

    The third part stays empty: Kodi 22 lets a filled one replace the episode.
    """
    number = number[:LONGEST_NUMBER]
    numbered = NUMBERED.match("".join(number.split()))
    if numbered is None:
        yield f'<episode-num system="onscreen">{text(number)}</episode-num>'
        return
    season, part = numbered[1], numbered[2]
    yield f'<episode-num system="xmltv_ns">{season}.{part}.</episode-num>'
    shown = f"S{int(season) + 1:02}" if season else ""
    shown += f"E{int(part) + 1:02}" if part else ""
    if shown and is_shown:
        yield f'<episode-num system="onscreen">{shown}</episode-num>'
