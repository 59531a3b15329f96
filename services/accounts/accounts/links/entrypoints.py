"""Ways in to links: time."""

from accounts.links.ending import end_due_links
from lineup.bus import Entrypoints, every


class LinkEntrypoints(Entrypoints):
    """Ways in to links."""

    @every(seconds=5)
    def end_links(self) -> None:
        """Tell both sides of links whose end has come."""
        end_due_links(self.database)
