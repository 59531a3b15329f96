"""XMLTV: the text of one channel and one programme (xmltv.dtd)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from playlists.guide.programmes import Mark
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
    (Mark.REPEAT, "<previously-shown/>"),
    (Mark.PREMIERE, "<premiere/>"),
    (Mark.LAST_CHANCE, "<last-chance/>"),
    (Mark.NEW, "<new/>"),
)
"""In the order of the DTD."""
NUMBERED = re.compile(r"\s*(\d*)\s*(?:/\s*\d+)?\s*\.\s*(\d*)\s*(?:/\s*\d+)?\s*(?:\.|$)")


class Programme(NamedTuple):
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


def channel(entry: Entry) -> str:
    """A channel element."""
    icon = f"<icon src={attribute(entry.logo)}/>" if entry.logo else ""
    name = f"<display-name>{text(entry.name)}</display-name>"
    return f"<channel id={attribute(entry.tvg_id)}>{name}{icon}</channel>\n"


def programme(channel_attribute: str, shown: Programme) -> str:
    """A programme element; children in the one order the DTD allows."""
    start, stop = stamp(shown.start), stamp(shown.stop)
    language = _lang(shown.language) if shown.language else ""
    return (
        f'<programme start="{start}" stop="{stop}" channel={channel_attribute}>'
        f"<title{language}>{text(shown.title)}</title>"
        f"{''.join(_children(shown, language))}</programme>\n"
    )


@lru_cache(maxsize=1 << 15)
def stamp(epoch: int) -> str:
    """An instant as Kodi, too, understands it: UTC with a numeric zone.

    Remembered, since channels begin programmes at the same minutes.
    """
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y%m%d%H%M%S +0000")


@lru_cache(maxsize=256)
def _lang(language: str) -> str:
    return f" lang={attribute(language)}"


def text(value: str) -> str:
    """Text between tags; characters XML cannot hold are left out."""
    if SPECIAL.search(value) is None:
        return value
    return escape(NOT_XML.sub("", value))


def attribute(value: str) -> str:
    """A quoted attribute value."""
    return quoteattr(NOT_XML.sub("", value))


def _children(shown: Programme, language: str) -> Iterator[str]:
    if shown.sub_title:
        yield f"<sub-title{language}>{text(shown.sub_title)}</sub-title>"
    if shown.description:
        yield f"<desc{language}>{text(shown.description)}</desc>"
    if shown.made_on:
        yield f"<date>{text(shown.made_on)}</date>"
    yield from _about(shown, language)
    if shown.rating:
        yield f"<rating><value>{text(shown.rating)}</value></rating>"
    if shown.star_rating:
        yield f"<star-rating><value>{text(shown.star_rating)}</value></star-rating>"


def _about(shown: Programme, language: str) -> Iterator[str]:
    for category in filter(None, shown.categories.split("\n")):
        yield f"<category{language}>{text(category)}</category>"
    if shown.icon:
        yield f"<icon src={attribute(shown.icon)}/>"
    if shown.episode:
        yield from episode(shown.episode)
    yield _marks(shown.marks)


@lru_cache(maxsize=64)
def _marks(marks: int) -> str:
    return "".join(element for mark, element in MARKS if marks & mark)


def episode(number: str) -> Iterator[str]:
    """A number by both systems where it has one, else as it is shown on screen.

    The third part stays empty: Kodi 22 lets a filled one replace the episode.
    """
    numbered = NUMBERED.match(number)
    if numbered is None:
        yield f'<episode-num system="onscreen">{text(number)}</episode-num>'
        return
    season, part = numbered[1], numbered[2]
    yield f'<episode-num system="xmltv_ns">{season}.{part}.</episode-num>'
    shown = f"S{int(season) + 1:02}" if season else ""
    shown += f"E{int(part) + 1:02}" if part else ""
    if shown:
        yield f'<episode-num system="onscreen">{shown}</episode-num>'
