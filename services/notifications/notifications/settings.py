"""What notifications reads from the environment, and the only place that does."""

from dataclasses import dataclass

from lineup.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class NotificationsSettings(ServiceSettings):
    """The installation's own mail server and sender, beside the usual settings."""

    smtp_url: str = "smtp://127.0.0.1:1025"
    """smtp://[user:password@]host:port, smtps://… or smtp+starttls://…"""
    mail_sender: str = "Lineup <no-reply@lineup.invalid>"
    smtp_timeout_seconds: int = 10
    """Of every wait for a mail server."""
    smtp_mail_seconds: int = 90
    """Of all waits for one mail."""
    allow_private_sources: bool = False
    """Whether partners' mail servers may lie on loopback or in private networks."""
