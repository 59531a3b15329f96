"""What a mail transport may be: every wrong field is told in one refusal."""

from collections.abc import Iterator

from lineup import outbound
from lineup.contracts.changes import UNSET, set_fields
from lineup.contracts.notifications import SaveTransport, SendTest
from lineup.errors import Invalid
from notifications.transports.addresses import NoHost, host_of, is_address, is_ip
from notifications.transports.routes import PORTS

MAX_TEXT = 255
PRIVATE_HOST = "This server is in a private network, which is not allowed."


def refuse_impossible(request: SaveTransport, *, allow_private: bool) -> None:
    """Invalid, naming every field that cannot be."""
    found = {**dict(_errors(request)), **dict(_host(request, allow_private))}
    if found:
        raise Invalid(fields={field: [words] for field, words in found.items()})


def refuse_no_receiver(request: SendTest) -> None:
    """Invalid where a test has nobody to go to."""
    if not is_address(request.receiver):
        raise Invalid(fields={"receiver": ["Enter a valid email address."]})


def _errors(request: SaveTransport) -> Iterator[tuple[str, str]]:
    changes = set_fields(request)
    if changes.get("security", "none") not in PORTS:
        yield "security", "One of none, starttls, tls."
    if not 1 <= changes.get("port", 25) <= 65535:
        yield "port", "A port is a number from 1 to 65535."
    if "sender_address" in changes and not is_address(changes["sender_address"]):
        yield "sender_address", "Enter a valid email address."
    for field in ("sender_name", "username"):
        text = changes.get(field, "")
        if not text.isprintable() or len(text) > MAX_TEXT:
            yield field, f"Enter one line of at most {MAX_TEXT} characters."


def _host(request: SaveTransport, allow_private: bool) -> Iterator[tuple[str, str]]:  # noqa: FBT001
    if request.host is UNSET or not request.host:
        return
    try:
        host = host_of(request.host)
    except NoHost:
        yield "host", "Enter a server name, such as smtp.example.com, without a port."
        return
    if is_ip(host) and outbound.is_forbidden(host, allow_private=allow_private):
        yield "host", PRIVATE_HOST
