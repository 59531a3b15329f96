"""A viewer with every channel of the partner: what a player and the panel show."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lxml import etree
from sqlalchemy import select

from lineup.contracts.playlists.channels import UpdateChannel
from lineup.contracts.playlists.guide import (
    ChannelTie,
    CreateGuideSource,
    ListGuideProposals,
    ListProgrammes,
    TieChannels,
)
from lineup.contracts.playlists.jobs import ImportChannels
from lineup.ids import new_id
from playlists.channels.imports import import_channels
from playlists.channels.models import Channel
from playlists.editing.listings import list_programmes
from playlists.editing.operations import update_channel
from playlists.editing.proposals import list_guide_proposals, tie_channels
from playlists.guide.models import GuideSource
from playlists.guide.sources import create_guide_source
from playlists.worker.tasks import run_next

TODAY = "20260302"
"""By the clock of these tests."""


def at(time, day=TODAY, zone=" +0000"):
    """An XMLTV time such as 20260302090000 +0000 of "0900"."""
    return f"{day}{time}00{zone}"


def programme(channel, start, title="T", stop=None, inside=""):
    """A programme of XMLTV; `start` and `stop` as `at` takes them."""
    ends = f' stop="{at(stop)}"' if stop else ""
    title = f"<title>{title}</title>" if title is not None else ""
    return (
        f'<programme start="{at(start)}"{ends} channel="{channel}">'
        f"{title}{inside}</programme>\n"
    )


def channel(id_, *names):
    """A channel of XMLTV."""
    display_names = "".join(f"<display-name>{name}</display-name>" for name in names)
    return f'<channel id="{id_}">{display_names}</channel>\n'


def tv(*parts, head='<?xml version="1.0" encoding="UTF-8"?>\n'):
    """A guide of its elements."""
    return f"{head}<tv>\n{''.join(parts)}</tv>\n"


def entry(name, tvg_id=None, **attributes):
    """One channel of a playlist."""
    attributes_of = {} if tvg_id is None else {"tvg-id": tvg_id}
    attributes_of |= {key.replace("_", "-"): value for key, value in attributes.items()}
    words = "".join(f' {key}="{value}"' for key, value in attributes_of.items())
    return f"#EXTINF:-1{words},{name}\nhttp://source.example/{name.encode().hex()}\n"


@dataclass
class Viewer:
    """Imports as staff does, and looks as a player does."""

    platform: object
    user: object = None
    sources: list = field(default_factory=list)

    def plays(self, *entries):
        """Import a playlist; a subscriber gets all of its channels."""
        name = self._upload("#EXTM3U\n" + "".join(entries))
        with self.platform.transaction() as work:
            import_channels(work, ImportChannels(upload=name))
        self._work()
        with self.platform.transaction() as work:
            found = work.session.scalars(select(Channel)).all()
        package = self.platform.package(*found)
        self.user = self.platform.user()
        self.platform.subscription(self.user, package)
        self.platform.render()
        return self

    def reads(self, content, **attributes_of):
        """Import a guide; how its source stands afterwards."""
        request = CreateGuideSource(
            name="G", upload=self._upload(content), **attributes_of
        )
        with self.platform.transaction() as work:
            created = create_guide_source(work, request, keyring=self.platform.keyring)
        self._work()
        self.platform.render()
        with self.platform.transaction() as work:
            return work.session.get_one(GuideSource, created.id)

    def shifts(self, name, minutes):
        """Have a channel show its guide later."""
        self._change(name, guide_shift_minutes=minutes)

    def map_guide(self, name, guide_id):
        """Choose a channel's guide by hand."""
        with self.platform.transaction() as work:
            tie = ChannelTie(channel_id=self._channel(work, name).id, guide_id=guide_id)
            tie_channels(work, TieChannels(ties=[tie]))
        self.platform.render()

    def _change(self, name, **attributes_of):
        with self.platform.transaction() as work:
            found = self._channel(work, name)
            changed = found.details()
            for key, value in attributes_of.items():
                object.__setattr__(changed, key, value)
            update_channel(work, UpdateChannel(channel_id=found.id, details=changed))
        self.platform.render()

    def shows(self, name):
        """What a channel shows, as (HH:MM, title): told by three ways alike."""
        shown_programmes = [
            (f"{p.start:%H:%M}", p.title) for p in self.shown_programmes(name)
        ]
        assert shown_programmes == self._listed(name), "Xtream says something else"
        assert shown_programmes == self._in_panel(name), "the panel says something else"
        return shown_programmes

    def titles(self, name):
        """The titles of `shows`."""
        return [title for _, title in self.shows(name)]

    def shown_programmes(self, name):
        """The programmes XMLTV has for what the M3U names as a channel's id."""
        tree = self.xmltv()
        id_ = self.tvg_id(name).casefold()
        return [
            ShownProgramme(element)
            for element in tree.iterfind("programme")
            if element.get("channel").casefold() == id_
        ]

    def xmltv(self):
        """The whole guide, parsed."""
        return etree.fromstring(self.platform.guide_of(self.user).encode())

    def tvg_id(self, name):
        """The guide id in the M3U, which Xtream says alike."""
        lines = self.platform.playlist(self.user).splitlines()
        (line,) = (line for line in lines if line.endswith(f",{name}"))
        shown_programmes = line.split('tvg-id="')[1].split('"')[0]
        assert self.xtream(name)["epg_channel_id"] == shown_programmes
        return shown_programmes

    def xtream(self, name):
        """A channel as get_live_streams answers it."""
        seen = self.platform.seen_by(self.user)
        streams = json.loads(self.platform.content(seen.live_streams_digest))
        (found,) = (stream for stream in streams if stream["name"] == name)
        return found

    def proposed(self):
        """What staff is offered for channels without a guide."""
        with self.platform.transaction() as work:
            page = list_guide_proposals(work, ListGuideProposals())
        return {row.name: [p.guide_id for p in row.proposals] for row in page.items}

    def _listed(self, name):
        """The rows get_short_epg is cut from."""
        seen = self.platform.seen_by(self.user)
        content = self.platform.content(seen.listings_digest)
        head, _, body = content.partition(b"\n")
        slices = json.loads(head)["slices"]
        begin, length = slices.get(str(self.xtream(name)["stream_id"]), (0, 0))
        rows = json.loads(body[begin : begin + length]) if length else []
        return [
            (f"{datetime.fromtimestamp(start, UTC):%H:%M}", title)
            for _, start, _, title, *_ in rows
        ]

    def _in_panel(self, name):
        midnight = datetime(2026, 3, 1, tzinfo=UTC)
        shown_programmes = []
        for days in range(4):
            begin = midnight + timedelta(days=days)
            request = ListProgrammes(
                search=name, from_at=begin, until_at=begin + timedelta(days=1)
            )
            with self.platform.transaction() as work:
                rows = list_programmes(work, request).items
            shown = [row.programmes for row in rows if row.name == name]
            shown_programmes += [p for p in shown[0] if p not in shown_programmes]
        return [(f"{p.start_at:%H:%M}", p.title) for p in shown_programmes]

    def _channel(self, work, name):
        return work.session.scalars(select(Channel).where(Channel.name == name)).one()

    def _upload(self, content):
        content = content if isinstance(content, bytes) else content.encode()
        name = f"uploads/{new_id().hex}"
        self.platform.blobs.write(name, content)
        return name

    def _work(self):
        while run_next(self.platform.tools) is not None:
            pass


class ShownProgramme:
    """A programme as a player reads it."""

    def __init__(self, element):
        self.element = element
        self.start = self._instant("start")
        self.stop = self._instant("stop")
        self.title = element.findtext("title")

    def _instant(self, name):
        return datetime.strptime(self.element.get(name), "%Y%m%d%H%M%S %z")

    @property
    def minutes(self):
        """How long it lasts."""
        return (self.stop - self.start) // timedelta(minutes=1)

    def texts(self, tag, *attributes):
        """The text of each child of a name, after what these attributes say."""
        found = self.element.findall(tag)
        if not attributes:
            return [child.text or "" for child in found]
        return [(*map(child.get, attributes), child.text or "") for child in found]
