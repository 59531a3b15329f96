"""Ways in to announcements: the events that become messages."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from lineup.bus import Entrypoints, on_event
from lineup.context import Event
from lineup.contracts.accounts.partner_events import (
    PartnerCredentialsIssued,
    PartnerNotified,
)
from lineup.contracts.accounts.reseller_links import LinkNotified
from lineup.contracts.accounts.resets import ResetLinkIssued
from lineup.contracts.accounts.users import CredentialsIssued
from lineup.contracts.billing.documents import ReceiptIssued
from lineup.contracts.billing.subscriptions import RenewalBlocked, RenewalFellShort
from notifications.announcements import links, operations, partners


class AnnouncementEntrypoints(Entrypoints):
    """Turns events into messages."""

    @on_event(at_once=50)
    def on_credentials_issued(self, events: Sequence[Event[CredentialsIssued]]) -> None:
        """Credentials were generated and wait to be told."""
        handler = partial(operations.queue_credentials, keyring=self.keyring)
        self.database.handle_events_once(events, handler)

    @on_event(at_once=50)
    def on_reset_link_issued(self, events: Sequence[Event[ResetLinkIssued]]) -> None:
        """Links to reset a password were asked for."""
        handler = partial(operations.queue_reset_links, keyring=self.keyring)
        self.database.handle_events_once(events, handler)

    @on_event(at_once=50)
    def on_renewal_fell_short(self, events: Sequence[Event[RenewalFellShort]]) -> None:
        """Renewals failed for want of money."""
        handler = partial(operations.queue_shortfalls, keyring=self.keyring)
        self.database.handle_events_once(events, handler)

    @on_event(at_once=50)
    def on_renewal_blocked(self, events: Sequence[Event[RenewalBlocked]]) -> None:
        """Users did not renew, though not for want of money."""
        handler = partial(operations.queue_blocked, keyring=self.keyring)
        self.database.handle_events_once(events, handler)

    @on_event(at_once=50)
    def on_receipt_issued(self, events: Sequence[Event[ReceiptIssued]]) -> None:
        """Payments were accepted."""
        handler = partial(operations.queue_receipts, keyring=self.keyring)
        self.database.handle_events_once(events, handler)

    @on_event
    def on_partner_credentials_issued(
        self, event: Event[PartnerCredentialsIssued]
    ) -> None:
        """A new partner's credentials wait to be told."""
        self.database.handle_event_once(event, self._for_partners(partners.welcome))

    @on_event
    def on_partner_notified(self, event: Event[PartnerNotified]) -> None:
        """A partner is to be told where it stands with the platform."""
        self.database.handle_event_once(event, self._for_partners(partners.notify))

    @on_event
    def on_link_notified(self, event: Event[LinkNotified]) -> None:
        """One side of a reseller's link is to be told something."""
        self.database.handle_event_once(event, self._for_partners(links.notify))

    def _for_partners(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        url = self.settings.public_url
        return partial(handler, keyring=self.keyring, public_url=url)
