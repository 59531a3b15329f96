"""Sending what is due: claim in one transaction, hand over, settle in another.

Nothing is locked while a mail server is waited for. A sender that dies leaves its
messages leased; they are tried again, under the same Message-ID, when the lease ends.
It is short, and renewed for what waits behind a slow one.
"""

from collections import defaultdict

from lineup.database import Database
from lineup.secrets import Keyring
from notifications.deliveries import operations
from notifications.deliveries.mailer import Mail, send_all
from notifications.transports.operations import route_for
from notifications.transports.routes import Route, Server

BATCHES = 20
"""How many claims one run makes, so that a stop never waits for a long queue."""


class Sender:
    """Sends due messages, a connection for each server."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        default: Route,
        timeout_seconds: float,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._default = default
        self._timeout_seconds = timeout_seconds

    def send_due(self) -> int:
        """Send what is due, 20 batches at most; how many messages were tried."""
        tried = 0
        for _ in range(BATCHES):
            claimed = self._claim()
            if not claimed:
                break
            tried += self._send(claimed)
        return tried

    def _send(self, claimed: dict[Server, list[Mail]]) -> int:
        """Send what was claimed, holding on to what still waits for its turn."""
        waiting = {mail.id for mails in claimed.values() for mail in mails}
        tried = len(waiting)
        for server, mails in claimed.items():
            for mail, outcome in send_all(server, mails, self._timeout_seconds):
                waiting.remove(mail.id)
                with self._database.transaction() as work:
                    operations.settle(work, mail.id, outcome)
                    operations.hold(work, waiting)
        return tried

    def _claim(self) -> dict[Server, list[Mail]]:
        batches: dict[Server, list[Mail]] = defaultdict(list)
        with self._database.transaction() as work:
            for delivery in operations.claim_due(work):
                partner = delivery.partner_id
                route = route_for(work, partner, self._default, self._keyring)
                delivery.sender = str(route.sender)
                mail = Mail(
                    id=delivery.id,
                    sender=route.sender,
                    receiver=delivery.receiver,
                    subject=delivery.subject,
                    body=self._keyring.open(delivery.sealed_body or ""),
                    created_at=delivery.created_at,
                )
                batches[route.server].append(mail)
        return batches
