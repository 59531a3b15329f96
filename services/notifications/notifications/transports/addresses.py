"""Mail addresses and host names as they travel: in ASCII, or refused. Pure rules."""

import ipaddress
import re
from email.errors import MessageError
from email.headerregistry import Address

MAX_ADDRESS = 254
MAX_HOST = 253
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)


class NoAddress(ValueError):  # noqa: N818 - reads as a sentence
    """No mail can go to or from this."""


class NoHost(ValueError):  # noqa: N818 - reads as a sentence
    """No computer can have this name."""


def address_of(text: str, display_name: str = "") -> Address:
    """A single mail address (RFC 5322 addr-spec), its domain in ASCII (IDNA).

    NoAddress for anything else, invisible characters included.
    """
    local, at, domain = text.rpartition("@")
    if not (local and at and text.isprintable() and len(text) <= MAX_ADDRESS):
        raise NoAddress
    try:
        spec = f"{local}@{host_of(domain)}"
        return Address(display_name=visible(display_name), addr_spec=spec)
    except (ValueError, IndexError, MessageError):
        raise NoAddress from None


def is_address(text: str) -> bool:
    """Whether `text` is a single mail address."""
    try:
        return bool(address_of(text))
    except NoAddress:
        return False


def host_of(text: str) -> str:
    """A host's name in ASCII, or its IP address without brackets; else NoHost."""
    bare = text.removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return _name_of(text)


def is_ip(host: str) -> bool:
    """Whether a host is named by its IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def visible(text: str) -> str:
    """One line without characters that are not to be seen."""
    kept = (character if character.isprintable() else " " for character in text)
    return " ".join("".join(kept).split())


def _name_of(text: str) -> str:
    try:
        name = text.encode("idna").decode("ascii").removesuffix(".")
    except UnicodeError:
        raise NoHost from None
    if not text.isprintable() or len(name) > MAX_HOST:
        raise NoHost
    if not all(LABEL.fullmatch(label) for label in name.split(".")):
        raise NoHost
    return name
