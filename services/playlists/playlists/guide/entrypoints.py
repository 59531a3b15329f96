"""Ways in to guide sources."""

from collections.abc import Callable
from functools import partial
from typing import Any

from lineup.bus import Doors, every, rpc
from lineup.context import PARTNERS, PARTNERS_AND_SUPPORT, Call
from lineup.contracts.paging import Page
from lineup.contracts.playlists.channels import ChannelsTouched
from lineup.contracts.playlists.guide import (
    ChannelProgrammes,
    ChannelProposals,
    CreateGuideSource,
    DeleteGuideSource,
    FetchGuide,
    FindGuideChannels,
    GetGuideSource,
    GuideChannelsFound,
    GuideSourceView,
    ListGuideProposals,
    ListGuideSources,
    ListProgrammes,
    TieChannels,
    UpdateGuideSource,
)
from lineup.contracts.playlists.jobs import JobView
from lineup.database import Work, locked
from playlists.guide import listings, proposals, sources
from playlists.guide.models import GuideSource

SCHEDULE_SECONDS = 30


class GuideDoors(Doors):
    """Keeps guide sources, and has them fetched in time."""

    @property
    def _current(self) -> Callable[[Work, Any], GuideSourceView]:
        """The source that a request names, as it is."""
        get = partial(sources.get_guide_source, keyring=self.keyring)
        return locked(GuideSource, get, GetGuideSource)

    @rpc(allowed=PARTNERS)
    def create_guide_source(self, call: Call[CreateGuideSource]) -> GuideSourceView:
        """Add a source."""
        create = partial(sources.create_guide_source, keyring=self.keyring)
        return self.database.once(call, create)

    @rpc(allowed=PARTNERS)
    def update_guide_source(self, call: Call[UpdateGuideSource]) -> GuideSourceView:
        """Change a source."""
        update = partial(sources.update_guide_source, keyring=self.keyring)
        return self.database.once(call, update, self._current)

    @rpc(allowed=PARTNERS)
    def delete_guide_source(self, call: Call[DeleteGuideSource]) -> None:
        """Forget a source and its programmes."""
        return self.database.once(call, sources.delete_guide_source, self._current)

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def get_guide_source(self, call: Call[GetGuideSource]) -> GuideSourceView:
        """One source with how its last run went."""
        get = partial(sources.get_guide_source, keyring=self.keyring)
        return self.database.read(call, get)

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def list_guide_sources(self, call: Call[ListGuideSources]) -> Page[GuideSourceView]:
        """Guide sources, narrowed and in the order asked for."""
        listing = partial(sources.list_guide_sources, keyring=self.keyring)
        return self.database.read(call, listing)

    @rpc(allowed=PARTNERS)
    def fetch_guide(self, call: Call[FetchGuide]) -> JobView:
        """Fetch a source now."""
        return self.database.once(call, sources.fetch_guide)

    @every(seconds=SCHEDULE_SECONDS)
    def queue_due_guides(self) -> None:
        """Queue the fetches whose time has come."""
        with self.database.transaction() as work:
            sources.enqueue_due(work)


class GuideTieDoors(Doors):
    """Says which guide a channel shows, and what is on."""

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def list_guide_proposals(
        self, call: Call[ListGuideProposals]
    ) -> Page[ChannelProposals]:
        """Channels without a guide that could show one, the likeliest first."""
        return self.database.read(call, proposals.list_guide_proposals)

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def find_guide_channels(self, call: Call[FindGuideChannels]) -> GuideChannelsFound:
        """Guide channels that a channel could show."""
        return self.database.read(call, proposals.find_guide_channels)

    @rpc(allowed=PARTNERS)
    def tie_channels(self, call: Call[TieChannels]) -> ChannelsTouched:
        """Choose the guide of channels by hand."""
        return self.database.once(call, proposals.tie_channels)

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def list_programmes(self, call: Call[ListProgrammes]) -> Page[ChannelProgrammes]:
        """What is on between two instants, channel by channel."""
        return self.database.read(call, listings.list_programmes)
