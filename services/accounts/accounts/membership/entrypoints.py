"""What goes on by itself about membership."""

from accounts.dependencies import Dependencies
from accounts.membership.trash import purge_expired
from lineup.bus import Entrypoints, every


class MembershipEntrypoints(Entrypoints):
    """Empties the trash."""

    @every(seconds=60)
    def empty_trash(self) -> None:
        """Purge customers that have been in the trash for thirty days."""
        purge_expired(self.database, self.provide(Dependencies))
