"""Subscribers: users as the public addresses know them, from their access facts."""

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from urllib.parse import quote
from zoneinfo import ZoneInfo

from lineup.delivery import AccessFact
from lineup.secrets import Keyring


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One user with what its answers are made of."""

    fact: AccessFact
    password: str
    base_url: str
    """Where its addresses lead: the partner's, else the installation's; never taken
    from the request, or one user's playlist could lead to another's host."""
    credentials: bytes
    """"<username>/<password>" as it stands in addresses."""
    zone: ZoneInfo
    """Which wall clock its player goes by: it is told in `server_info`, and the times
    without an offset that players are told and send are of this zone."""

    def knows(self, password: str) -> bool:
        """Whether this is its password; takes as long for a near miss."""
        return compare_digest(self.password.encode(), password.encode())

    def seen_since(self, now: datetime) -> datetime:
        """Since when it sees the channel set it sees at `now`."""
        fact = self.fact
        since = fact.changed_at or fact.created_at
        for piece in fact.timeline:
            if piece.from_at <= now < piece.until_at:
                return max(since, piece.from_at)
        ended = [p.until_at for p in fact.timeline if p.until_at <= now]
        return max(since, *ended) if ended else since


def subscriber_of(fact: AccessFact, keyring: Keyring, public_url: str) -> Subscriber:
    """The subscriber a fact describes."""
    password = keyring.open(fact.password)
    written = f"{quote(fact.username, safe='')}/{quote(password, safe='')}"
    return Subscriber(
        fact=fact,
        password=password,
        base_url=(fact.public_url or public_url).rstrip("/"),
        credentials=written.encode(),
        zone=_zone(fact.time_zone),
    )


def _zone(name: str) -> ZoneInfo:
    """The zone of a name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
