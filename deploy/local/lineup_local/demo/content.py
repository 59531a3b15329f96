"""The demo's channels and guide, made by code: the same for the same day."""

import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

GROUPS = {
    "News": ("Headlines", "World Report", "Morning Briefing", "The Debate", "Weather"),
    "Sports": ("Match of the Day", "Cycling", "Tennis Live", "Boxing Night", "Stadium"),
    "Movies": ("Feature Film", "Silent Classics", "Midnight Movie", "Premiere", "Noir"),
    "Series": ("The Harbour", "Night Shift", "North Station", "Family Ties", "Verdict"),
    "Kids": ("Cartoon Hour", "Puppet Street", "Little Science", "Story Time", "Quiz"),
    "Documentary": ("Deep Sea", "Great Rivers", "Machines", "Lost Cities", "Planets"),
    "Music": ("Top Forty", "Jazz Club", "Opera Night", "Unplugged", "Festival"),
    "Regional": ("Town Hall", "On the Road", "Kitchen", "Garden", "Local News"),
}
CHANNELS_PER_GROUP = 25
MINUTES = (30, 45, 60, 90, 120)
DAYS_BEFORE, DAYS_AFTER = 1, 7


@dataclass(frozen=True)
class DemoChannel:
    """One made-up channel."""

    number: int
    group: str
    name: str

    @property
    def guide_id(self) -> str:
        """Its id in the guide."""
        return f"{self.group.lower()}{self.number}.demo"


def channels() -> list[DemoChannel]:
    """Two hundred channels in eight groups, numbered from 1."""
    return [
        DemoChannel(
            number=place * CHANNELS_PER_GROUP + n, group=group, name=f"{group} {n}"
        )
        for place, group in enumerate(GROUPS)
        for n in range(1, CHANNELS_PER_GROUP + 1)
    ]


def playlist(streams_url: str) -> bytes:
    """The channels as an M3U; they play from a streaming server of our own."""
    entries = (
        f'#EXTINF:-1 tvg-id="{channel.guide_id}" tvg-chno="{channel.number}"'
        f' tvg-logo="https://logos.example.net/{channel.guide_id}.png"'
        f' group-title="{channel.group}",{channel.name}\n'
        f"{streams_url}/{channel.guide_id}/index.m3u8\n"
        for channel in channels()
    )
    return ("#EXTM3U\n" + "".join(entries)).encode()


def guide(now: datetime) -> bytes:
    """A gzip XMLTV from yesterday to a week ahead, without gaps."""
    return gzip.compress("".join(_guide(now)).encode(), compresslevel=6, mtime=0)


def _guide(now: datetime) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<tv generator-info-name="demo">\n'
    for channel in channels():
        name = escape(channel.name)
        identity = quoteattr(channel.guide_id)
        yield f"<channel id={identity}><display-name>{name}</display-name></channel>\n"
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for channel in channels():
        yield from _day_by_day(channel, midnight)
    yield "</tv>\n"


def _day_by_day(channel: DemoChannel, midnight: datetime) -> Iterator[str]:
    start = midnight - timedelta(days=DAYS_BEFORE)
    dice = random.Random(f"{channel.guide_id} {start:%Y%m%d}")  # noqa: S311 - a demo
    while start < midnight + timedelta(days=DAYS_AFTER):
        stop = start + timedelta(minutes=dice.choice(MINUTES))
        title = dice.choice(GROUPS[channel.group])
        yield (
            f'<programme start="{start:%Y%m%d%H%M%S} +0000"'
            f' stop="{stop:%Y%m%d%H%M%S} +0000" channel="{channel.guide_id}">'
            f'<title lang="en">{title}</title>'
            f'<desc lang="en">{title} on {channel.name}.</desc>'
            f'<category lang="en">{channel.group}</category></programme>\n'
        )
        start = stop
