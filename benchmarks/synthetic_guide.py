"""A synthetic guide: the same bytes for the same numbers.

The usual one has 500 channels, 7 days and 199,500 programmes in about 93 MB: titles,
texts, categories, numbers and pictures as public guides carry them, some of it escaped
and some of it not ASCII.

    python benchmarks/synthetic_guide.py GUIDE.xml [CHANNELS]
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

WORDS = [
    "evening",
    "morning",
    "harbour",
    "island",
    "winter",
    "summer",
    "market",
    "garden",
    "bridge",
    "castle",
    "river",
    "forest",
    "doctor",
    "letter",
    "stranger",
    "journey",
    "family",
    "kitchen",
    "history",
    "science",
    "weather",
    "match",
    "semi-final",
    "league",
    "goal",
    "studio",
    "concert",
    "orchestra",
    "Señor",
    "Über",
    "naïve",
    "Łódź",
    "Привет",
    "Tom&Jerry",
    "<live>",
    "'quoted'",
    "report",
    "special",
    "return",
    "secret",
    "night",
    "of",
    "the",
    "and",
    "in",
]
CATEGORIES = ("News", "Sport", "Film", "Series", "Children", "Documentary", "Music")
FIRST_DAY = datetime(2026, 11, 21, tzinfo=UTC)
A_DAY = 57


def words(source: random.Random, count: int) -> str:
    """So many words, escaped."""
    return escape(" ".join(source.choices(WORDS, k=count)), quote=False)


def lines(channels: int = 500, days: int = 7, seed: int = 7) -> Iterator[str]:
    """The guide, line by line."""
    source = random.Random(seed)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n'
    yield '<tv generator-info-name="synthetic">\n'
    for channel in range(channels):
        yield (
            f'  <channel id="ch{channel}.example">'
            f"<display-name>Channel {channel}</display-name>"
            f'<icon src="http://images.example/{channel}.png"/></channel>\n'
        )
    for channel in range(channels):
        for number in range(days * A_DAY):
            yield programme(source, channel, number)
    yield "</tv>\n"


def programme(source: random.Random, channel: int, number: int) -> str:
    """One programme of a channel, beginning where the one before it ends."""
    start, stop = (
        FIRST_DAY + timedelta(seconds=86400 * at // A_DAY)
        for at in (number, number + 1)
    )
    season, episode = number % 9, number % 24
    return (
        f'  <programme start="{start:%Y%m%d%H%M%S} +0000"'
        f' stop="{stop:%Y%m%d%H%M%S} +0000" channel="ch{channel}.example">\n'
        f'    <title lang="en">{words(source, 4)}</title>\n'
        f"    <sub-title>{words(source, 3)}</sub-title>\n"
        f'    <desc lang="en">{words(source, 9)}</desc>\n'
        f"    <date>2026</date>\n"
        f"    <category>{source.choice(CATEGORIES)}</category>\n"
        f'    <icon src="http://images.example/p/{channel}-{number}.jpg"/>\n'
        f'    <episode-num system="xmltv_ns">{season}.{episode}.</episode-num>\n'
        "  </programme>\n"
    )


def write(path: Path, channels: int = 500) -> None:
    """Write the guide to a file."""
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        file.writelines(lines(channels))


if __name__ == "__main__":
    write(Path(sys.argv[1]), *(int(count) for count in sys.argv[2:3]))
