"""One call on its way: by whichever queue leads to its service, and sent again under
the same id when a node of the broker took it along.
"""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Protocol

import amqp

from lineup import broker, wire
from lineup.errors import Refusal, TimedOut
from lineup.rpc.connections import RpcConnections
from lineup.rpc.replies import BrokerAway

Body = bytes | str

CONNECT_SECONDS = 1.0
"""How long a call waits for the broker when the connection is just being made."""
GRACE_SECONDS = 1.0
"""How long a call waits for the queue of a service that was there a moment ago: it went
with a node of the broker, and is being declared anew."""
PAUSE_SECONDS = 0.1
TIMES = 3
"""How often a call is sent at most."""


class Content(Protocol):
    """Makes the message of a call."""

    def __call__(
        self, reply_to: str, correlation_id: str, seconds: float
    ) -> amqp.Message:
        """For this address, under this id, with so much time left."""


class Sending:
    """One call; the service acts once for its id, however often it is sent."""

    def __init__(self, link: RpcConnections, call: str, deadline: float) -> None:
        self._link = link
        self._call = call
        self._service = call.partition(".")[0]
        self._content: Content
        self._id = uuid.uuid4().hex
        self._deadline = deadline
        self._times = 0
        self._future: Future[Body] = Future()
        self.came_at: float | None = None
        """When the reply came, or word that there will be none."""

    def begin(self, prepare: Callable[[], Content]) -> None:
        """Send it; what is in the way is told by `body`."""
        try:
            self._content = prepare()
            self._send()
        except Refusal as refusal:
            self._link.replies.forget(self._id)
            self._times = TIMES
            self._future = Future()
            self._future.set_exception(refusal)

    def body(self) -> Body:
        """The body of the reply, waited for until the deadline.

        TimedOut rises then; Unavailable when the service or the broker is away.
        """
        try:
            while True:
                try:
                    return self._future.result(max(self._left(), 0))
                except NotYet:
                    raise TimedOut from None
                except BrokerAway:
                    self._send()
        finally:
            self._link.replies.forget(self._id)

    def _send(self) -> None:
        """Send it, again if need be; what stays in the way rises."""
        while self._times < TIMES and not self._link.replies.is_closed:
            self._times += 1
            self._future = self._link.replies.expect(self._id)
            self._future.add_done_callback(self._note)
            try:
                self._publish()
            except broker.Unconfirmed:
                self._times = max(self._times, TIMES - 1)
                time.sleep(PAUSE_SECONDS)
            except broker.LOST:
                continue
            else:
                return
        raise BrokerAway

    def _note(self, _future: "Future[Body]") -> None:
        self.came_at = time.monotonic()

    def _publish(self) -> None:
        """Hand it to the broker; LOST when that is away."""
        replies = self._link.replies
        if self._left() <= 0:
            raise TimedOut
        if not replies.wait_until_ready(min(self._left(), CONNECT_SECONDS)):
            self._times = TIMES  # that was long enough
            raise BrokerAway
        content = self._content(replies.address, self._id, self._left())
        with self._link.publisher() as publisher:
            self._route(publisher, content)

    def _route(
        self, publisher: broker.ConfirmingPublisher, content: amqp.Message
    ) -> None:
        """Put it into the service's queue. Unroutable when there is none: at once, or
        after the grace when there was one a moment ago.
        """
        end = min(time.monotonic() + GRACE_SECONDS, self._deadline)
        while not self._is_taken(publisher, content):
            was_there = self._link.routes.was_there(self._service)
            if not was_there or time.monotonic() > end:
                raise broker.Unroutable
            time.sleep(PAUSE_SECONDS)

    def _is_taken(
        self, publisher: broker.ConfirmingPublisher, content: amqp.Message
    ) -> bool:
        for kind in self._link.routes.kinds(self._service):
            key = kind.key_for(self._call)
            publisher.publish(wire.RPC_EXCHANGE, key, content, mandatory=True)
            try:
                publisher.confirm(max(self._left(), PAUSE_SECONDS))
            except broker.Unroutable:
                continue
            self._link.routes.note(self._service, kind)
            return True
        return False

    def _left(self) -> float:
        return self._deadline - time.monotonic()
