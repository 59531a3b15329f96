"""Parts of a page: a service that is away takes its part with it, not the page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from flask import g

from gateway.panel.filters import Options
from lineup.errors import NotFound, Unavailable
from lineup.rpc import Answer, ServiceFault, gather

T = TypeVar("T")

PAGE_SECONDS = 2.4
"""How long a page waits in all for what it reads, asked at once or in turn."""

LOG = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Part(Generic[T]):
    """What a service said, or nothing when it is away."""

    value: T | None

    @property
    def is_away(self) -> bool:
        """Whether the page must say that this part is missing."""
        return self.value is None


def part(answer: Answer[T]) -> Part[T]:
    """An answer as a part of a page; refusals such as NotFound rise."""
    try:
        return Part(answer.reply())
    except Unavailable as refusal:
        LOG.warning("part_away", code=refusal.code)
    except ServiceFault as fault:
        LOG.error("part_broken", service=fault.service)  # noqa: TRY400 - logged there
    return Part(None)


def part_if_known(answer: Answer[T]) -> Part[T]:
    """A part of a service that may not know yet what another one has just made."""
    try:
        return part(answer)
    except NotFound:
        return Part(None)


def options_of(answer: Answer[T], read: Callable[[T], Options]) -> Options:
    """What can be chosen of an answer; none when it is away, and the page says so."""
    found = part(answer)
    if found.value is None:
        g.choices_are_missing = True
        return ()
    return read(found.value)


def wait_for(*answers: Answer[Any]) -> None:
    """Wait until each answer is here or late: the slowest decides."""
    gather(*answers)
