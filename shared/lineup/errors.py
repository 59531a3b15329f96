"""Refusals: the kinds of "no" that callers can act on, each with a stable code.

    Refusal
    ├── Unauthenticated   401  who are you
    ├── PaymentRequired   402  not enough money or Credits
    ├── Forbidden         403  known, visible, not allowed
    ├── NotFound          404  unknown or outside the scope, never told apart
    ├── Conflict          409  the state of things forbids it
    ├── PreconditionFailed 412  it is not what the caller has seen
    ├── Invalid           422  the request says something impossible, field by field
    ├── TooMany           429  slow down
    └── Unavailable       503  somebody behind is away; say it again
        └── TimedOut      504  nobody answered in time

A refusal of a service subclasses a kind and names its code. The bus sends it as its
kind with code, message, fields and details; anything else that rises is a bug.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Self

Fields = Mapping[str, list[str]]


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """An expected "no" with a stable code."""

    kind: ClassVar[str] = "refusal"
    status: ClassVar[int] = 400
    code: str = "refused"

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        fields: Fields | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.code = str(code or type(self).code)
        self.message = message or self.meaning()
        self.fields = dict(fields or {})
        self.details = dict(details or {})
        super().__init__(self.message)

    @classmethod
    def meaning(cls) -> str:
        """What it says unless given a message: the first line of its docstring."""
        return (cls.__doc__ or "").split("\n")[0]


class Unauthenticated(Refusal):
    """Please sign in."""

    kind, status, code = "unauthenticated", 401, "unauthenticated"


class PaymentRequired(Refusal):
    """The balance does not cover this."""

    kind, status, code = "payment_required", 402, "insufficient_balance"


class Forbidden(Refusal):
    """You do not have permission to do this."""

    kind, status, code = "forbidden", 403, "forbidden"


class NotFound(Refusal):
    """This does not exist."""

    kind, status, code = "not_found", 404, "not_found"


class Conflict(Refusal):
    """This is not possible in the current state."""

    kind, status, code = "conflict", 409, "conflict"


class PreconditionFailed(Refusal):
    """This was changed in the meantime. Load it again."""

    kind, status, code = "precondition_failed", 412, "precondition_failed"


class Invalid(Refusal):
    """Some values are not valid."""

    kind, status, code = "invalid", 422, "invalid"


class TooMany(Refusal):
    """Too many requests. Please wait a moment."""

    kind, status, code = "too_many", 429, "too_many_requests"


class Unavailable(Refusal):
    """A service is temporarily unavailable. Please try again."""

    kind, status, code = "unavailable", 503, "unavailable"


class TimedOut(Unavailable):
    """No response in time. It is unknown whether the request was completed.

    It travels as `unavailable` with a code of its own, which everybody understands.
    """

    status, code = 504, "timeout"


class ServiceUnavailable(Unavailable):
    """A service is temporarily unavailable. Please try again."""

    code = "service_unavailable"


class UnknownVerb(Unavailable):
    """This version of the service does not support the request."""

    code = "unknown_verb"


class Busy(Unavailable):
    """Someone else is changing this at the same time. Please try again."""

    code = "busy"


class Malformed(Invalid):
    """The request is malformed."""

    code = "malformed"


class OrderUnknown(Invalid):
    """This list cannot be sorted by this field."""

    code = "order_unknown"


class PageGone(Invalid):
    """This page no longer exists. Start again from the first page."""

    code = "page_gone"


class KeyReused(Conflict):
    """This idempotency key was already used with different content."""

    code = "key_reused"


class DocumentedCode(StrEnum):
    """Codes that a kind of refusal is given when it rises, each with its meaning.

    For reasons that need no class because nobody catches them: of Invalid, unless the
    enumeration has another `kind`.
    """

    meaning: str

    def __new__(cls, code: str, meaning: str) -> Self:
        """A code that knows what it means to a caller."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    @property
    def kind(self) -> type[Refusal]:
        """The refusal that bears it, which says the status."""
        return Invalid


KINDS: dict[str, type[Refusal]] = {
    kind.kind: kind
    for kind in (
        Unauthenticated,
        PaymentRequired,
        Forbidden,
        NotFound,
        Conflict,
        PreconditionFailed,
        Invalid,
        TooMany,
        Unavailable,
    )
}


def to_wire(refusal: Refusal) -> dict[str, Any]:
    """What travels of a refusal: its kind and what it says."""
    return {
        "kind": refusal.kind,
        "code": refusal.code,
        "message": refusal.message,
        "fields": refusal.fields,
        "details": refusal.details,
    }


def from_wire(wire: Mapping[str, Any]) -> Refusal:
    """The refusal that `to_wire` described, as its kind."""
    kind = KINDS.get(wire["kind"], Refusal)
    if kind is Unavailable and wire["code"] == TimedOut.code:
        kind = TimedOut
    return kind(
        wire["message"],
        code=wire["code"],
        fields=wire.get("fields"),
        details=wire.get("details"),
    )
