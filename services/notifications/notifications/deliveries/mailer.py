"""Handing mails to an SMTP server (RFC 5321): whatever happens, it has an outcome."""

import enum
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

import structlog

from lineup import outbound
from notifications.deliveries import smtp
from notifications.transports.addresses import NoAddress, address_of, visible
from notifications.transports.routes import MailRoute, MailServer

log = structlog.get_logger(__name__)

UNREACHABLE = (
    "The mail server did not respond. Check server, port, security and certificate."
)
"""The one answer for whatever is not reached or no mail server: none is told apart."""
FORBIDDEN = "The mail server is in a private network, which is not allowed."
NOT_IN_TIME = "The mail server did not respond in time."
NO_ADDRESS = "This is not a valid email address."
UNEXPECTED_ERROR = "Something in this message could not be sent. It will be retried."
CLOSING = 421
FOR_GOOD = 500


class Fate(enum.Enum):
    """What becomes of a message after a try."""

    SENT = "sent"
    BOUNCED = "bounced"
    """Refused for the receiver for good."""
    IMPOSSIBLE = "impossible"
    """It can never be sent as it is."""
    LATER = "later"
    UNTRIED = "untried"
    """The connection ended before its turn."""


class LinkState(enum.Enum):
    """How the connection to the mail server fared, when a mail was tried."""

    UNUSED = "unused"
    WORKED = "worked"
    """The server answered, whatever it said of the mail."""
    BROKEN = "broken"
    """The connection ended in the middle."""
    CLOSED = "closed"
    """No connection came about: nothing else would leave by this server either."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mail, and of the connection it took."""

    fate: Fate
    answer: str
    connection: LinkState = LinkState.UNUSED


@dataclass(frozen=True)
class Mail:
    """One mail to hand over; its id makes its Message-ID, the same at every try."""

    id: UUID
    receiver: str
    subject: str
    body: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a mail may take, and where partners may send to."""

    wait_seconds: float = 10.0
    """Of every wait for a mail server."""
    mail_seconds: float = 90.0
    """Of all waits for one mail, those for the connection included."""
    allow_private: bool = False


class Unreachable(Exception):  # noqa: N818 - reads as a sentence
    """No connection to a mail server came about; says why."""


class Mailer:
    """Hands mails to one server, over one connection made when it is needed."""

    def __init__(self, route: MailRoute, limits: Limits) -> None:
        self._route = route
        self._limits = limits
        self._connection: smtp.Connection | None = None
        self.sent = 0
        """How many mails the connection took."""

    def send(self, mail: Mail) -> Outcome:
        """Hand a mail over; never raises."""
        try:
            message = _message(mail, self._route.sender)
        except NoAddress:
            return Outcome(Fate.IMPOSSIBLE, NO_ADDRESS)
        except Exception:
            log.exception("message_broke", delivery=str(mail.id))
            return Outcome(Fate.LATER, UNEXPECTED_ERROR)
        with smtp.TimeLimit(self._limits.mail_seconds) as limit:
            try:
                outcome = self._hand_over(message, limit)
            except Unreachable as error:
                outcome = Outcome(Fate.LATER, str(error), LinkState.CLOSED)
            except Exception as error:  # noqa: BLE001 - every one is this mail's outcome
                outcome = self._outcome_of(error, mail, is_late=limit.is_over)
        if outcome.connection in (LinkState.BROKEN, LinkState.CLOSED):
            self._drop()
        return outcome

    def close(self) -> None:
        """Say goodbye to the server."""
        if self._connection is not None:
            self._connection.leave()
            self._connection = None

    def _hand_over(self, message: EmailMessage, limit: smtp.TimeLimit) -> Outcome:
        if self._connection is None:
            self._connection = self._connect(limit)
        else:
            limit.watch(self._connection.sock)
        receiver = message["To"].addresses[0].addr_spec
        self._connection.send_message(message, self._route.sender.addr_spec, [receiver])
        self.sent += 1
        return Outcome(Fate.SENT, "250 accepted", LinkState.WORKED)

    def _connect(self, limit: smtp.TimeLimit) -> smtp.Connection:
        server, wait = self._route.server, self._limits.wait_seconds
        open_socket = smtp.opener(
            server, limit, allow_private=self._limits.allow_private
        )
        connection = smtp.Connection(server, open_socket, wait)
        try:
            with smtp.at_least(wait if server.is_partners else 0):
                _greet(connection, server)
            connection.sign_in()
        except Exception as error:
            connection.close()
            raise Unreachable(_why(error, is_late=limit.is_over)) from error
        return connection

    def _outcome_of(self, error: Exception, mail: Mail, *, is_late: bool) -> Outcome:
        """What it means for a mail that something rose while it was handed over."""
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return Outcome(Fate.IMPOSSIBLE, NO_ADDRESS, LinkState.WORKED)
        code, reply = _reply_in(error)
        if code and code != CLOSING:
            refused = isinstance(error, smtplib.SMTPRecipientsRefused)
            is_final = refused and code >= FOR_GOOD
            fate = Fate.BOUNCED if is_final else Fate.LATER
            return Outcome(fate, _reply_text(code, reply), LinkState.WORKED)
        fate = Fate.UNTRIED if self.sent and not is_late else Fate.LATER
        if not isinstance(error, (OSError, smtplib.SMTPException, smtp.TooLong)):
            log.error("message_broke", delivery=str(mail.id), exc_info=error)
            return Outcome(Fate.LATER, UNEXPECTED_ERROR, LinkState.BROKEN)
        return Outcome(fate, _why(error, is_late=is_late), LinkState.BROKEN)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _greet(connection: smtp.Connection, server: MailServer) -> None:
    """Come as far as to know that a mail server is there.

    Of a partner's server nothing more is told than whether: answers, silence and
    refusals of whatever else listens inside this network all sound the same.
    """
    try:
        connection.greet()
    except outbound.AddressForbidden:
        raise
    except Exception as error:
        if server.is_partners:
            raise Unreachable(UNREACHABLE) from error
        raise


def _why(error: Exception, *, is_late: bool) -> str:
    """Why there is no connection, in words."""
    if isinstance(error, Unreachable):
        return str(error)
    if isinstance(error, outbound.AddressForbidden):
        return FORBIDDEN
    if is_late or isinstance(error, (TimeoutError, smtp.TooLong)):
        return NOT_IN_TIME
    return f"{_blame(error)}: {_reply_text(*_reply_in(error)) or visible(str(error))}"


def _blame(error: Exception) -> str:
    known = {
        smtplib.SMTPAuthenticationError: "The mail server refused the password",
        ssl.SSLError: "TLS with the mail server failed",
    }
    for kind, words in known.items():
        if isinstance(error, kind):
            return words
    return "The mail server cannot be used"


def _message(mail: Mail, sender: Address) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = address_of(mail.receiver)
    message["Subject"] = visible(mail.subject)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.id.hex}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    body = mail.body.encode("utf-8", "replace").decode()
    message.set_content(body, cte="quoted-printable")
    return message


def _reply_in(error: Exception) -> tuple[int, bytes | str]:
    """What a server said that refused something: its code, 0 for none, and words."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, error.smtp_error
    return 0, ""


def _reply_text(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return visible(f"{code} {text}") if code else ""
