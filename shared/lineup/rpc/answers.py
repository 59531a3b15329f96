"""Answers that are on their way, and what they turn out to be."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
import structlog

from lineup import wire
from lineup.context import Written
from lineup.errors import Refusal, Unavailable, from_wire
from lineup.rpc.sending import Sending

log = structlog.get_logger(__name__)

R = TypeVar("R")
D = TypeVar("D")

ReplyObserver = Callable[[Sequence[Written], bool], None]
"""Told of each reply: what was written by it, and whether it is behind."""


class ServiceFault(Exception):  # noqa: N818 - said by a service about itself
    """Something broke inside a service; its log knows more under the request's id."""

    def __init__(self, service: str, request_id: str) -> None:
        self.service = service
        self.request_id = request_id
        super().__init__(f"{service} failed; request {request_id}")


class Answer(Generic[R]):
    """What a call gives: the reply, a refusal, or a fault."""

    def __init__(
        self,
        sending: Sending,
        *,
        service: str,
        reply_type: Any,
        over: Callable[[BaseException | None], None],
    ) -> None:
        self._sending = sending
        self._service = service
        self._reply_type = reply_type
        self._over = over
        self.heed: ReplyObserver | None = None
        self._is_over = False

    def reply(self) -> R:
        """The reply, waited for until the deadline.

        Refusals of the service rise as their kind with their code; TimedOut, other
        Unavailable and ServiceFault as themselves.
        """
        try:
            result = self._result()
        except BaseException as error:
            self._finish(error)
            raise
        self._finish(None)
        return result

    def reply_or(self, default: D) -> R | D:
        """The reply, or `default` when the service is away, late or broken.

        Refusals that are answers (NotFound and the like) rise.
        """
        try:
            return self.reply()
        except (Unavailable, ServiceFault):
            return default

    def wait(self) -> None:
        """Let the time pass until it is here or late; nothing rises."""
        try:
            self._sending.body()
        except Refusal:
            return

    def _finish(self, error: BaseException | None) -> None:
        if not self._is_over:
            self._is_over = True
            self._over(error)

    def _result(self) -> R:
        body = self._sending.body()
        try:
            reply = wire.decode_reply(body)
            if self.heed is not None and (reply.written or reply.is_behind):
                self.heed(reply.written, reply.is_behind)
            if reply.error is not None:
                raise self._error_of(reply.error)
            result: R = wire.decode_result(reply.result, self._reply_type)
        except msgspec.DecodeError as error:
            log.error("reply_misfit", service=self._service, error=str(error))  # noqa: TRY400
            raise ServiceFault(self._service, "") from None
        return result

    def _error_of(self, error: wire.Error) -> Exception:
        if error.refusal is not None:
            return from_wire(error.refusal)
        return ServiceFault(self._service, error.request_id)


def gather(*answers: Answer[Any]) -> None:
    """Wait until each is here or late: the slowest decides, not the sum.

    Ask with `later`, all with the same timeout; then take each one's `reply()`, or
    `reply_or(...)` for what a page can do without.
    """
    for answer in answers:
        answer.wait()
