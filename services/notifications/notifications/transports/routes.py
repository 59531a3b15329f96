"""Routes: where a mail is handed over and as whom. Pure values and one parser."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from notifications.transports.addresses import NoAddress, address_of

SECURITY = {"smtp": "none", "smtps": "tls", "smtp+starttls": "starttls"}
PORTS = {"none": 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True)
class MailServer:
    """An SMTP server and how to sign in there."""

    host: str
    port: int
    security: str = "none"
    username: str = ""
    password: str = ""
    is_partners: bool = False
    """Named by a partner: it may not lead anywhere, nor be told from other hosts."""

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port}, {self.security})"


@dataclass(frozen=True)
class MailRoute:
    """A server, and the sender's address there."""

    server: MailServer
    sender: Address


def server_from(url: str) -> MailServer:
    """Read smtp://[user:password@]host[:port]; ValueError for any other form."""
    parts = urlsplit(url)
    if parts.scheme not in SECURITY or not parts.hostname:
        raise ValueError("SMTP_URL must look like smtp://[user:password@]host:port.")
    security = SECURITY[parts.scheme]
    return MailServer(
        host=parts.hostname,
        port=parts.port or PORTS[security],
        security=security,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def sender_from(text: str) -> Address:
    """Read "Name <mail@example.org>"; ValueError for any other form."""
    name, address = parseaddr(text)
    try:
        return address_of(address, name)
    except NoAddress:
        words = "MAIL_SENDER must look like Name <mail@example.org>."
        raise ValueError(words) from None
