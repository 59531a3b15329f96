"""The queues that calls wait in, and the keys that lead there; for both ends.

A queue of calls must outlive the broker's node that it lies on. Which kind does depends
on the broker:

- Before RabbitMQ 4.3 it is transient: lost with its node, and declared anew on another
  one by the first copy of the service that notices. Two nodes are enough, and nothing
  is written to disk.
- RabbitMQ 4.3 and later refuse such queues. There it is a quorum queue: it goes on
  while most of the broker's nodes do, so three are needed.

Each kind has a key of its own on the exchange, so that a call lies in one queue only
while copies or brokers of two versions stand side by side.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_WAITING = 5000
LIMITS: Mapping[str, Any] = {
    "x-expires": 60_000,
    "x-max-length": MAX_WAITING,
    "x-overflow": "reject-publish",
}
"""A minute without any copy of the service and its callers are told so at once;
a shorter absence they wait out. Callers beyond the limit are refused."""
REFUSES_TRANSIENT = (4, 3)
"""The first RabbitMQ that takes no queue that is neither durable nor exclusive."""


@dataclass(frozen=True, kw_only=True)
class CallQueue:
    """One kind of queue for calls."""

    suffix: str
    key_prefix: str
    type: str
    durable: bool

    def name_for(self, service: str) -> str:
        """The queue of a service."""
        return f"rpc-{service}{self.suffix}"

    def key_for(self, call: str) -> str:
        """The routing key of a call such as `accounts.get_user`, or `accounts.*`."""
        return f"{self.key_prefix}{call}"

    @property
    def arguments(self) -> dict[str, Any]:
        """What it is declared with."""
        return {"x-queue-type": self.type, **LIMITS}


TRANSIENT = CallQueue(
    suffix=".transient", key_prefix="transient.", type="classic", durable=False
)
QUORUM = CallQueue(suffix=".quorum", key_prefix="quorum.", type="quorum", durable=True)
FORMER = CallQueue(suffix="", key_prefix="", type="classic", durable=True)
"""That of copies before 2026-12, whose callers know no other. It goes when none of them
is left: then its consumer in `lineup.bus.calls` and this line do, too."""
KINDS = (TRANSIENT, QUORUM, FORMER)
"""In the order in which callers try them."""
CHOICES = {"transient": TRANSIENT, "quorum": QUORUM}


def kind_for(rabbitmq_version: str, wanted: str = "") -> CallQueue:
    """The kind that a service declares: `transient` or `quorum` where one is wanted,
    else what this version of RabbitMQ takes.
    """
    if wanted:
        return CHOICES[wanted]
    numbers = tuple(int(part) for part in rabbitmq_version.split(".")[:2])
    return QUORUM if numbers >= REFUSES_TRANSIENT else TRANSIENT
