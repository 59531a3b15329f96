"""The timers and events by which documents are issued."""

from billing.invoicing import partners
from billing.invoicing.operations import VERY_LATE_SECONDS, issue_all
from lineup.bus import Entrypoints, every, on_event
from lineup.context import Event
from lineup.contracts.accounts.partner_events import (
    PackageChargeDue,
    PartnerPaymentBooked,
)


class InvoicingEntrypoints(Entrypoints):
    """Issues documents for what was booked."""

    @on_event
    def on_package_charge_due(self, event: Event[PackageChargeDue]) -> None:
        """A partner is to pay the platform."""
        self.database.handle_event_once(event, partners.issue_pro_forma)

    @on_event
    def on_partner_payment_booked(self, event: Event[PartnerPaymentBooked]) -> None:
        """A partner has paid the platform."""
        self.database.handle_event_once(event, partners.issue_invoice)

    @every(seconds=2, alone=True)
    def issue_documents(self) -> None:
        """Issue what was booked just now."""
        issue_all(self.database)

    @every(seconds=600, alone=True)
    def issue_late_documents(self) -> None:
        """Issue what was committed late, too."""
        issue_all(self.database, since_seconds=VERY_LATE_SECONDS)
