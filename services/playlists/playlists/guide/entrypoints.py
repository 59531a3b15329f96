"""Ways in to guide sources."""

from functools import partial

from lineup.bus import Doors, every, rpc
from lineup.context import PARTNERS, Call, Role
from lineup.contracts.paging import Page
from lineup.contracts.playlists import (
    CreateGuideSource,
    DeleteGuideSource,
    FetchGuide,
    GetGuideSource,
    GuideSourceView,
    JobView,
    ListGuideSources,
    UpdateGuideSource,
)
from playlists.guide import sources

READERS = PARTNERS | {Role.SUPPORT}
SCHEDULE_SECONDS = 30


class GuideDoors(Doors):
    """Keeps guide sources, and has them fetched in time."""

    @rpc(allowed=PARTNERS)
    def create_guide_source(self, call: Call[CreateGuideSource]) -> GuideSourceView:
        """Add a source."""
        create = partial(sources.create_guide_source, keyring=self.keyring)
        return self.database.once(call, create)

    @rpc(allowed=PARTNERS)
    def update_guide_source(self, call: Call[UpdateGuideSource]) -> GuideSourceView:
        """Change a source."""
        update = partial(sources.update_guide_source, keyring=self.keyring)
        return self.database.once(call, update)

    @rpc(allowed=PARTNERS)
    def delete_guide_source(self, call: Call[DeleteGuideSource]) -> None:
        """Forget a source and its programmes."""
        return self.database.once(call, sources.delete_guide_source)

    @rpc(allowed=READERS)
    def get_guide_source(self, call: Call[GetGuideSource]) -> GuideSourceView:
        """One source with how its last run went."""
        return self.database.read(call, sources.get_guide_source)

    @rpc(allowed=READERS)
    def list_guide_sources(self, call: Call[ListGuideSources]) -> Page[GuideSourceView]:
        """Guide sources, newest first."""
        return self.database.read(call, sources.list_guide_sources)

    @rpc(allowed=PARTNERS)
    def fetch_guide(self, call: Call[FetchGuide]) -> JobView:
        """Fetch a source now."""
        return self.database.once(call, sources.fetch_guide)

    @every(seconds=SCHEDULE_SECONDS)
    def queue_due_guides(self) -> None:
        """Queue the fetches whose time has come."""
        with self.database.transaction() as work:
            sources.enqueue_due(work)
