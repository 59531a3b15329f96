"""What goes on by itself about password resets."""

from accounts.dependencies import Dependencies
from accounts.resets.operations import answer_wishes
from lineup.bus import Entrypoints, every


class ResetEntrypoints(Entrypoints):
    """Sends the links that were asked for."""

    @every(seconds=1)
    def send_reset_links(self) -> None:
        """Look up the names for which a link was asked for, and send those."""
        with self.database.transaction() as work:
            answer_wishes(work, self.provide(Dependencies))
