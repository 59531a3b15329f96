"""The timers that issue documents."""

from billing.invoicing.operations import VERY_LATE_SECONDS, issue_all
from lineup.bus import Entrypoints, every


class InvoicingEntrypoints(Entrypoints):
    """Issues documents for what was booked."""

    @every(seconds=2, alone=True)
    def issue_documents(self) -> None:
        """Issue what was booked just now."""
        issue_all(self.database)

    @every(seconds=600, alone=True)
    def issue_late_documents(self) -> None:
        """Issue what was committed late, too."""
        issue_all(self.database, since_seconds=VERY_LATE_SECONDS)
