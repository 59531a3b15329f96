"""Results that may be missing: a service that is away leaves the rest of the page, as
does what the actor may not see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from flask import g

from gateway.panel.filters import Options
from lineup.access import PermissionMissing
from lineup.errors import Forbidden, NotFound, Unavailable
from lineup.rpc import Answer, ServiceFault, gather

T = TypeVar("T")

PAGE_SECONDS = 2.4
"""How long a page waits in all for what it reads, asked at once or in turn."""

LOG = structlog.get_logger(__name__)


@dataclass(frozen=True)
class OptionalResult(Generic[T]):
    """What a service replied, or nothing when it is away."""

    value: T | None

    @property
    def is_away(self) -> bool:
        """Whether the page must say that this part is missing."""
        return self.value is None


def optional(answer: Answer[T]) -> OptionalResult[T]:
    """An answer as an optional result; refusals such as NotFound rise.

    What the actor lacks the permission for is missing, too, and the page says so.
    """
    try:
        return OptionalResult(answer.reply())
    except Unavailable as refusal:
        LOG.warning("part_away", code=refusal.code)
    except Forbidden as refusal:
        if refusal.code != PermissionMissing.code:
            raise
        g.part_is_hidden = True
    except ServiceFault as fault:
        LOG.error("part_broken", service=fault.service)  # noqa: TRY400 - logged there
    return OptionalResult(None)


def optional_if_known(answer: Answer[T]) -> OptionalResult[T]:
    """The same of a service that may not know yet what another one has just made."""
    try:
        return optional(answer)
    except NotFound:
        return OptionalResult(None)


def options_of(answer: Answer[T], read: Callable[[T], Options]) -> Options:
    """What can be chosen of an answer; none when it is away, and the page says so."""
    found = optional(answer)
    if found.value is None:
        g.choices_are_missing = True
        return ()
    return read(found.value)


def wait_for(*answers: Answer[Any]) -> None:
    """Wait until each answer is here or late: the slowest decides."""
    gather(*answers)
