"""A partner's mail transport, and how sending goes."""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Float, text
from sqlalchemy.orm import Mapped, mapped_column

from lineup.contracts.changes import UNSET, set_fields
from lineup.contracts.notifications import (
    SaveTransport,
    TransportState,
    TransportView,
)
from lineup.database import Timestamped
from notifications.records import Record
from notifications.transports.breaker import SLOW_SECONDS, paused_until
from notifications.transports.routes import MailServer

INSTALLATION = UUID(int=0)


def installation_key(server: MailServer) -> UUID:
    """Stands for the installation's mail server among the partners: another server is
    not blamed for what this one did.
    """
    name = f"{server.security}:{server.username}@{server.host}:{server.port}"
    return uuid5(INSTALLATION, name)


SETTINGS = {"sender_address", "sender_name", "host", "port", "security", "username"}


class Transport(Timestamped, Record):
    """The SMTP server and sender of one partner."""

    __tablename__ = "transport"

    partner_id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(index=True)
    sender_address: Mapped[str]
    sender_name: Mapped[str]
    host: Mapped[str]
    port: Mapped[int]
    security: Mapped[str]
    username: Mapped[str]
    password: Mapped[str | None]
    """Sealed."""

    def change(self, request: SaveTransport) -> None:
        """Take over what is given; without a user name there is no password."""
        changes = set_fields(request)
        for name in SETTINGS & changes.keys():
            setattr(self, name, changes[name])
        if request.password is not UNSET and request.password is not None:
            self.password = request.password or None
        if not self.username:
            self.password = None

    def view(self, health: "TransportHealth | None") -> TransportView:
        """What may be shown of it, and how its server does."""
        own = health if self.host else None
        return TransportView(
            updated_at=self.last_change,
            partner_id=self.partner_id,
            sender_address=self.sender_address,
            sender_name=self.sender_name,
            host=self.host,
            port=self.port,
            security=self.security,
            username=self.username,
            has_password=self.password is not None,
            state=own.state if own else TransportState.UNTRIED,
            problem=own.problem if own else "",
            paused_until=own.paused_until if own else None,
            failing_since=own.failing_since if own else None,
            worked_at=own.worked_at if own else None,
        )


class TransportHealth(Record):
    """How sending goes for a partner, or by the installation's own mail server.

    A mail server that fails is left alone for growing pauses; what waits for it is
    not tried meanwhile.
    """

    __tablename__ = "transport_health"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """The partner, or `installation_key` of the installation's."""
    served_at: Mapped[datetime | None]
    """When its messages last had their turn, by the database's clock."""
    failures: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """In a row; 0 as soon as the server takes a mail."""
    failing_since: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="", server_default="")
    worked_at: Mapped[datetime | None]
    """When its server last answered to a mail."""
    seconds: Mapped[float | None] = mapped_column(Float)
    """How long a mail last took."""

    def fail(self, problem: str, now: datetime) -> None:
        """Leave it alone for a while, longer each time."""
        self.failures += 1
        self.failing_since = self.failing_since or now
        self.paused_until = paused_until(self.failures, now)
        self.problem = problem

    def work(self, seconds: float, now: datetime) -> None:
        """It answers: nothing is held against it any more."""
        self.forgive()
        self.worked_at = now
        self.seconds = seconds

    def forgive(self) -> None:
        """Try it again at once."""
        self.failures = 0
        self.failing_since = self.paused_until = None
        self.problem = ""

    @property
    def state(self) -> TransportState:
        """Whether mail leaves, in a word."""
        if self.failures:
            return TransportState.FAILING
        if self.seconds is None:
            return TransportState.UNTRIED
        is_slow = self.seconds >= SLOW_SECONDS
        return TransportState.SLOW if is_slow else TransportState.WORKING
