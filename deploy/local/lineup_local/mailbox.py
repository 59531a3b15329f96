"""The mails that were caught: a bounded list in memory."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from werkzeug.exceptions import NotFound

from lineup.clock import SystemClock
from lineup.ids import new_id

KEPT_MAILS = 5000
SNIPPET_LETTERS = 250


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail as it was handed over."""

    id: str
    received_at: datetime
    sender: str
    content: bytes

    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.content, policy=policy.default)

    def body(self, kind: str) -> str:
        """Its `plain` or `html` text; empty when it has none."""
        part = self.message().get_body((kind,))
        return str(part.get_content()) if part is not None else ""

    def summary(self) -> dict[str, Any]:
        """How a list of mails shows it."""
        message = self.message()
        plain = " ".join(self.body("plain").split())
        return {
            "ID": self.id,
            "MessageID": str(message.get("Message-ID", "")).strip("<>"),
            "Read": False,
            "From": _addresses(message, "From")[0],
            **{name: _addresses(message, name) for name in ("To", "Cc", "Bcc")},
            "ReplyTo": _addresses(message, "Reply-To"),
            "Subject": str(message.get("Subject", "")),
            "Created": self.received_at.isoformat(),
            "Tags": [],
            "Size": len(self.content),
            "Attachments": len(list(message.iter_attachments())),
            "Snippet": plain[:SNIPPET_LETTERS],
        }

    def whole(self) -> dict[str, Any]:
        """All of it."""
        summary = self.summary()
        return {
            **summary,
            "Date": summary["Created"],
            "ReturnPath": self.sender,
            "Text": self.body("plain"),
            "HTML": self.body("html"),
            "Inline": [],
            "Attachments": [
                {
                    "FileName": part.get_filename(),
                    "ContentType": part.get_content_type(),
                }
                for part in self.message().iter_attachments()
            ],
        }


def _addresses(message: EmailMessage, header: str) -> list[dict[str, str]]:
    pairs = getaddresses([str(value) for value in message.get_all(header, [])])
    found = [{"Name": name, "Address": address} for name, address in pairs]
    return found or ([{"Name": "", "Address": ""}] if header == "From" else [])


class Mailbox:
    """The last mails, newest first; older ones make room."""

    def __init__(self, kept: int = KEPT_MAILS) -> None:
        self._mails: deque[Mail] = deque(maxlen=kept)
        self._lock = threading.Lock()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail in; called by the SMTP side."""
        mail = Mail(
            id=new_id().hex,
            received_at=SystemClock().now(),
            sender=envelope.mail_from or "",
            content=_bytes_of(envelope),
        )
        self.add(mail)
        return "250 Kept"

    def add(self, mail: Mail) -> None:
        """Keep one more; the oldest makes room."""
        with self._lock:
            self._mails.appendleft(mail)

    def mails(self) -> list[Mail]:
        """All that are kept, newest first."""
        with self._lock:
            return list(self._mails)

    def get(self, mail_id: str) -> Mail:
        """One mail by its id, or the `latest`; NotFound when there is none."""
        for mail in self.mails():
            if mail_id in ("latest", mail.id):
                return mail
        raise NotFound

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._mails.clear()


def _bytes_of(envelope: Envelope) -> bytes:
    content = envelope.content or b""
    return content.encode() if isinstance(content, str) else content
