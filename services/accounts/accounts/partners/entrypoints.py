"""Ways in to partners' lives: what others announce, and time."""

from functools import partial

from accounts.erasure.models import Erasure
from accounts.packages.models import Partnership
from accounts.partners import ending, following
from accounts.partners.models import Purge
from accounts.partners.payments import receive_payment
from accounts.partners.purging import PURGING
from accounts.partners.registration import begin_trial
from lineup.bus import Entrypoints, every, forget_purged, on_event
from lineup.context import Event
from lineup.contracts.billing.partners import BillingPurged, PartnerPaymentReceived
from lineup.contracts.notifications.events import (
    NotificationsPurged,
    PartnerCredentialsSent,
)
from lineup.contracts.playlists.events import PlaylistsPurged
from lineup.database import UnitOfWork


class PartnerEntrypoints(Entrypoints):
    """Ways in to partners' lives."""

    @on_event
    def on_partner_credentials_sent(self, event: Event[PartnerCredentialsSent]) -> None:
        """A partner has its credentials: its trial begins."""
        self.database.handle_event_once(event, _begin_trial)

    @on_event
    def on_partner_payment_received(self, event: Event[PartnerPaymentReceived]) -> None:
        """A partner has paid for a month."""
        receive = partial(receive_payment, keyring=self.keyring)
        self.database.handle_event_once(event, receive)

    @on_event
    def on_billing_purged(self, event: Event[BillingPurged]) -> None:
        """Billing has deleted everything of a partner."""
        self.database.handle_event_once(event, ending.confirm)

    @on_event
    def on_notifications_purged(self, event: Event[NotificationsPurged]) -> None:
        """Notifications has deleted everything of a partner."""
        self.database.handle_event_once(event, ending.confirm)

    @on_event
    def on_playlists_purged(self, event: Event[PlaylistsPurged]) -> None:
        """Playlists has deleted everything of a partner."""
        self.database.handle_event_once(event, ending.confirm)

    @every(seconds=5)
    def follow_partners(self) -> None:
        """Do what is due in partners' lives."""
        following.follow_the_clock(self.database, self.keyring)
        ending.ask_again(self.database)

    @every(seconds=1)
    def purge_partners(self) -> None:
        """Go on deleting what is here of partners."""
        PURGING.go_on(self.database)

    @every(seconds=60, alone=True)
    def forget_dead_letters(self) -> None:
        """Drop messages of partners that are deleted, and of customers erased."""
        forget_purged(self, Purge, Erasure)


def _begin_trial(work: UnitOfWork, sent: PartnerCredentialsSent) -> None:
    partnership = work.session.get(Partnership, sent.partner_id, with_for_update=True)
    if partnership is not None:
        begin_trial(work, partnership, sent.sent_at)
