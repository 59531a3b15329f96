"""Growing pauses after failures, so that guessing is slow and nobody is locked out.

Whoever counts keeps one `Failures` for each subject (a name, an address, a name at an
address) and asks a `Backoff` what one more failure means. Seconds may be of any clock
that goes on evenly.
"""

import ipaddress
import math
from dataclasses import dataclass
from functools import lru_cache

MOST_DOUBLINGS = 30
IPV6_NETWORK_BITS = 64
"""What one IPv6 subscriber is given: inside it, addresses can be changed at will."""
REMEMBERED_ADDRESSES = 8192


@dataclass(frozen=True, slots=True)
class Failures:
    """Failures of one subject."""

    count: int = 0
    since: float = 0.0
    """From when on they are being forgotten, one by one."""
    paused_until: float = 0.0


NO_FAILURES = Failures()


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """How failures are answered: the first `tries` freely, each further one after a
    pause of 1, 2, 4, ... seconds, `longest_seconds` at most.

    One failure is forgotten every `forget_seconds`, so that in the long run there
    are no more tries than that.
    """

    tries: int
    longest_seconds: float
    forget_seconds: float

    def after_failure(self, before: Failures, now: float) -> Failures:
        """The failures with one more."""
        forgotten = max(0, int((now - before.since) // self.forget_seconds))
        left = max(0, before.count - forgotten)
        since = before.since + forgotten * self.forget_seconds if left else now
        return Failures(left + 1, since, now + self.pause_seconds(left + 1))

    def wait_seconds(self, failures: Failures, now: float) -> int:
        """For how long the subject must still wait: whole seconds, 0 for not at all.

        A pause that could not have been given comes of a clock that was put back.
        """
        left = failures.paused_until - now
        return math.ceil(left) if 0 < left <= self.longest_seconds else 0

    def pause_seconds(self, count: int) -> float:
        """How long to wait after so many failures."""
        if count < self.tries:
            return 0.0
        doublings = min(count - self.tries, MOST_DOUBLINGS)
        return min(2.0**doublings, self.longest_seconds)


@lru_cache(maxsize=REMEMBERED_ADDRESSES)
def subscriber_address(address: str) -> str:
    """The address by which one subscriber is counted: IPv4 whole, IPv6 by its /64.

    Empty for what is no address, such as the peer of a Unix socket.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    network = (int(parsed), IPV6_NETWORK_BITS)
    return str(ipaddress.IPv6Network(network, strict=False))
