"""The timer that checks the books."""

from billing.metrics import BOOKS, checked
from lineup.bus import Entrypoints, every

LOOK_SECONDS = 60


class LedgerEntrypoints(Entrypoints):
    """What billing does for whoever watches it."""

    @every(seconds=LOOK_SECONDS, alone=True)
    def check_books(self) -> None:
        """Check the books once an hour, one copy at a time."""
        if BOOKS.is_due():
            BOOKS.note(checked(self.database))
