"""Ways in to announcements: the events that become messages."""

from functools import partial

from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.accounts.users import CredentialsIssued
from lineup.contracts.billing.subscriptions import RenewalBlocked, RenewalFellShort
from notifications.announcements import operations


class AnnouncementEntrypoints(Entrypoints):
    """Turns events into messages."""

    @on_event
    def on_credentials_issued(self, event: Event[CredentialsIssued]) -> None:
        """Credentials were generated and wait to be told."""
        handler = partial(operations.queue_credentials, keyring=self.keyring)
        self.database.handle_event_once(event, handler)

    @on_event
    def on_renewal_fell_short(self, event: Event[RenewalFellShort]) -> None:
        """A renewal failed for want of money."""
        handler = partial(operations.queue_shortfall, keyring=self.keyring)
        self.database.handle_event_once(event, handler)

    @on_event
    def on_renewal_blocked(self, event: Event[RenewalBlocked]) -> None:
        """A user did not renew, though not for want of money."""
        handler = partial(operations.queue_blocked, keyring=self.keyring)
        self.database.handle_event_once(event, handler)
