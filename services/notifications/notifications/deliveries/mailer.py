"""Handing mails to an SMTP server (RFC 5321). Every wait has a limit."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from notifications.transports.routes import Server


@dataclass(frozen=True)
class Mail:
    """One mail to hand over; its id makes its Message-ID, the same at every try."""

    id: UUID
    sender: Address
    receiver: str
    subject: str
    body: str
    created_at: datetime


@dataclass(frozen=True)
class Outcome:
    """What a server said to a mail."""

    sent: bool
    answer: str
    for_good: bool = False
    """Refused in a way that no further try changes (5xx for the receiver)."""


def send_all(
    server: Server, mails: Sequence[Mail], timeout_seconds: float
) -> Iterator[tuple[Mail, Outcome]]:
    """Send mails over one connection, telling each one's outcome as it is known.

    A server that cannot be reached fails the rest without further waiting.
    """
    waiting = list(mails)
    try:
        with _connect(server, timeout_seconds) as connection:
            while waiting:
                outcome = _send(connection, waiting[0])
                yield waiting.pop(0), outcome
    except (OSError, smtplib.SMTPException) as error:
        for mail in waiting:
            yield mail, Outcome(sent=False, answer=_said(error))


def _connect(server: Server, timeout_seconds: float) -> smtplib.SMTP:
    if server.security == "tls":
        tls = ssl.create_default_context()
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=timeout_seconds, context=tls
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=timeout_seconds)
    if server.security == "starttls":
        connection.starttls(context=ssl.create_default_context())
    if server.username:
        connection.login(server.username, server.password)
    return connection


def _send(connection: smtplib.SMTP, mail: Mail) -> Outcome:
    try:
        connection.send_message(_message(mail), mail.sender.addr_spec, [mail.receiver])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = error.recipients[mail.receiver]
        return Outcome(sent=False, answer=_line(code, said), for_good=code >= 500)
    except smtplib.SMTPResponseException as error:
        return Outcome(sent=False, answer=_line(error.smtp_code, error.smtp_error))
    return Outcome(sent=True, answer="250 accepted")


def _message(mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = mail.sender
    message["To"] = mail.receiver
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.id.hex}@{mail.sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte="quoted-printable")
    return message


def _line(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {text}"


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"
