"""How calls and replies look on the wire, for both ends. No Nameko in here.

Request: topic exchange `nameko-rpc`, key `<service>.<verb>`, body
`{"args": [], "kwargs": {"request": {...}}}`, header `nameko.lineup` with the context
as JSON, properties reply_to (a routing key of the same exchange), correlation_id and
expiration. Reply: `{"result": ..., "error": null}`, or an error with the refusal's
kind, code, message, fields and details, or only the request's id when it was a fault.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from lineup.context import Context, Written
from lineup.errors import Invalid, Refusal, to_wire
from lineup.values import checked
from lineup.verbs import Done

RPC_EXCHANGE = "nameko-rpc"
CONTEXT_HEADER = "nameko.lineup"

WHERE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<where>.*)`)?$", re.DOTALL)
MISSING = re.compile(r"required field `(?P<name>[^`]+)`")


class Arguments(msgspec.Struct):
    """The named arguments of a request."""

    request: msgspec.Raw


class CallBody(msgspec.Struct):
    """The body of a call."""

    kwargs: Arguments
    args: list[Any] = []


class Error(msgspec.Struct, omit_defaults=True):
    """Why there is no result. Its first four fields are what Nameko's clients read."""

    exc_type: str
    value: str
    exc_path: str = ""
    exc_args: list[str] = []
    refusal: dict[str, Any] | None = None
    request_id: str = ""


class Reply(msgspec.Struct):
    """The body of a reply."""

    result: msgspec.Raw = msgspec.Raw(b"null")
    error: Error | None = None
    written: list[Written] = []
    """What was announced by it."""
    is_behind: bool = False
    """Whether a copy still lacks what the caller has just written."""


_requests = msgspec.json.Decoder(CallBody)
_contexts = msgspec.json.Decoder(Context)
_replies = msgspec.json.Decoder(Reply)
_encoder = msgspec.json.Encoder()


def encode_request(request: Any) -> bytes:
    """The body of a call; Invalid names the values that no message can bear."""
    try:
        said = _encoder.encode(request)
    except (UnicodeError, OverflowError):
        checked(request)
        raise
    return b'{"args":[],"kwargs":{"request":' + said + b"}}"


def decode_request(body: bytes | str, request_type: Any) -> Any:
    """The request a call carries, its values as they are kept.

    Invalid names the field that does not fit its type, else every value that is wrong.
    """
    return checked(read_request(body, request_type))


def read_request(body: bytes | str, request_type: Any) -> Any:
    """The request a call carries, of the right types; its values are as they came."""
    try:
        raw = _requests.decode(body).kwargs.request
        return msgspec.json.decode(raw, type=request_type)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise misfit(error) from None


def encode_context(context: Context) -> str:
    """The header that says who asks."""
    return _encoder.encode(context).decode()


def decode_context(header: str | bytes | None) -> Context:
    """Who asks; nobody when the header is missing, Invalid when it is broken."""
    if not header:
        return Context()
    try:
        return _contexts.decode(header)
    except msgspec.DecodeError as error:
        raise misfit(error) from None


def encode_result(
    result: Any, written: Sequence[Written] = (), *, is_behind: bool = False
) -> bytes:
    """The reply that carries a result."""
    told = b',"written":' + _encoder.encode(written) if written else b""
    late = b',"is_behind":true' if is_behind else b""
    return (
        b'{"result":' + _encoder.encode(result) + b',"error":null' + told + late + b"}"
    )


def encode_refusal(refusal: Refusal) -> bytes:
    """The reply that carries a refusal."""
    error = Error(
        exc_type=type(refusal).__name__,
        exc_args=[refusal.message],
        value=refusal.message,
        refusal=to_wire(refusal),
    )
    return _encoder.encode(Reply(error=error))


def encode_fault(request_id: str) -> bytes:
    """The reply that says no more than: something broke, look under this id."""
    error = Error(exc_type="ServiceFault", value=request_id, request_id=request_id)
    return _encoder.encode(Reply(error=error))


def decode_reply(body: bytes | str) -> Reply:
    """A reply, its result still raw."""
    return _replies.decode(body)


def decode_result(raw: msgspec.Raw, reply_type: Any) -> Any:
    """The result as the type that the contract names.

    Nothing is the empty reply, too: copies from before `Done` say it so.
    """
    if reply_type is Done and bytes(raw) == b"null":
        return Done()
    return msgspec.json.decode(raw, type=reply_type)


def misfit(error: Exception) -> Invalid:
    """The refusal that says which field could not be read, and why."""
    found = WHERE.match(str(error))
    what, where = (found["what"], found["where"] or "") if found else (str(error), "")
    path = where.removeprefix("$").removeprefix(".")
    missing = MISSING.search(what)
    if missing:
        path = ".".join(filter(None, (path, missing["name"])))
    return Invalid(fields={path or "request": [what]})
