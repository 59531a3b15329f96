"""A partner's batch: its messages one after the other, over one connection.

A message is leased in one transaction, handed over, and settled in another together
with the lease of the next, by one statement each: nothing is locked while a mail server
is waited for, and something urgent that comes meanwhile is next. A sender that dies
leaves one message leased; it is tried again, under the same Message-ID, when the lease
ends. That its server works is noted at a batch's first mail, and again when it has
become slow or quick.
"""

import time
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from lineup.database import Database, UnitOfWork
from lineup.database.faults import FAULTS
from lineup.secrets import Keyring
from notifications.deliveries.mailer import (
    Fate,
    Limits,
    LinkState,
    Mail,
    Mailer,
    Outcome,
)
from notifications.deliveries.models import Delivery
from notifications.deliveries.queues import QueueClaim, claim_next, settle
from notifications.transports.breaker import SLOW_SECONDS
from notifications.transports.models import installation_key
from notifications.transports.operations import (
    RouteBroken,
    note_failing,
    note_working,
    route_for,
)
from notifications.transports.routes import MailRoute

BATCH_SECONDS = 10.0
BATCH_MAILS = 50
"""When a partner's batch is over and another partner's comes."""
SETTLING_TRIES = 8
SETTLING_PAUSE = 2.0
"""What a server took must be noted, or it is sent again: the database may be away for
some seconds."""
GOES_ON = (LinkState.UNUSED, LinkState.WORKED)
UNREADABLE = "The text of this message cannot be read with this installation's keys."


class HandsOver(Protocol):
    """Whatever mails are handed to."""

    def send(self, mail: Mail) -> Outcome:
        """Try to hand a mail over; never raises."""
        ...

    def close(self) -> None:
        """There will be no more."""
        ...


@dataclass(frozen=True)
class Unusable:
    """In place of a mail server whose settings cannot be used."""

    why: str

    def send(self, mail: Mail) -> Outcome:  # noqa: ARG002 - none can go
        """Say why it does not go."""
        return Outcome(Fate.LATER, self.why, LinkState.CLOSED)

    def close(self) -> None:
        """Nothing was opened."""


@dataclass(frozen=True)
class Outlet:
    """Where a partner's mails are handed to, and as whom."""

    mailer: HandsOver
    health_key: UUID
    """Who is paused when there is no connection."""
    sender: str = ""


class Serving:
    """One batch of one partner."""

    def __init__(
        self, database: Database, keyring: Keyring, limits: Limits, claim: QueueClaim
    ) -> None:
        self.tried = 0
        self._noted_slow: bool | None = None
        self._database = database
        self._keyring = keyring
        self._limits = limits
        self._partner_id = claim.partner_id

    def run(self, default: MailRoute) -> None:
        """Send what is due until the turn is over or the mail server fails."""
        end = time.monotonic() + BATCH_SECONDS
        with self._database.transaction() as work:
            outlet = self._outlet(work, default)
            delivery = self._claim(work, outlet)
        try:
            while delivery is not None:
                began = time.monotonic()
                outcome = self._try(outlet, delivery)
                now = time.monotonic()
                is_last = now > end or self.tried >= BATCH_MAILS
                noting = Noting(outlet, delivery, outcome, now - began, is_last)
                delivery = self._note(noting)
        finally:
            outlet.mailer.close()

    def _outlet(self, work: UnitOfWork, default: MailRoute) -> Outlet:
        try:
            route = route_for(work, self._partner_id, default, self._keyring)
        except RouteBroken as broken:
            return Outlet(Unusable(str(broken)), self._partner_id)
        is_own = route.server.is_partners
        key = self._partner_id if is_own else installation_key(route.server)
        return Outlet(Mailer(route, self._limits), key, str(route.sender))

    def _claim(self, work: UnitOfWork, outlet: Outlet) -> Delivery | None:
        return claim_next(work, self._partner_id, outlet.sender)

    def _try(self, outlet: Outlet, delivery: Delivery) -> Outcome:
        self.tried += 1
        try:
            body = self._keyring.open(delivery.sealed_body or "")
        except ValueError:
            return Outcome(Fate.LATER, UNREADABLE)
        mail = Mail(
            id=delivery.id,
            receiver=delivery.receiver,
            subject=delivery.subject,
            body=body,
            created_at=delivery.created_at,
        )
        return outlet.mailer.send(mail)

    def _note(self, noting: "Noting") -> Delivery | None:
        """Settle a try, as often as it takes; the next message, if the turn goes on."""
        for _ in range(SETTLING_TRIES - 1):
            try:
                return self._noted(noting)
            except FAULTS:
                time.sleep(SETTLING_PAUSE)
        return self._noted(noting)

    def _noted(self, noting: "Noting") -> Delivery | None:
        outlet, outcome = noting.outlet, noting.outcome
        with self._database.transaction() as work:
            settle(work, noting.delivery, outcome)
            if outcome.connection is LinkState.WORKED:
                if noting.is_slow is not self._noted_slow:
                    key = outlet.health_key
                    note_working(work, self._partner_id, key, noting.seconds)
            elif outcome.connection is LinkState.CLOSED:
                note_failing(work, outlet.health_key, outcome.answer)
            elif (
                outcome.connection is LinkState.BROKEN
                and outcome.fate is not Fate.UNTRIED
            ):
                note_failing(work, self._partner_id, outcome.answer)
            goes_on = outcome.connection in GOES_ON and not noting.is_last
            following = self._claim(work, outlet) if goes_on else None
        if outcome.connection is LinkState.WORKED:
            self._noted_slow = noting.is_slow
        return following


@dataclass(frozen=True)
class Noting:
    """What is to be noted of a try."""

    outlet: Outlet
    delivery: Delivery
    outcome: Outcome
    seconds: float
    is_last: bool

    @property
    def is_slow(self) -> bool:
        """Whether the mail took so long that its server counts as slow."""
        return self.seconds >= SLOW_SECONDS
