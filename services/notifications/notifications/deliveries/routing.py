"""The sender of one process, as its settings say."""

from functools import lru_cache

from lineup.database import Database
from lineup.secrets import Keyring
from notifications.deliveries.mailer import Limits
from notifications.deliveries.retries import LONGEST_MAIL
from notifications.deliveries.sender import Sender
from notifications.settings import NotificationsSettings
from notifications.transports.routes import MailRoute, sender_from, server_from


@lru_cache(maxsize=1)
def sender_for(
    settings: NotificationsSettings, database: Database, keyring: Keyring
) -> Sender:
    """The process's sender, whose connections all its greenlets share."""
    route = MailRoute(server_from(settings.smtp_url), sender_from(settings.mail_sender))
    return Sender(database, keyring, route, limits_of(settings))


def limits_of(settings: NotificationsSettings) -> Limits:
    """How long mail servers may take: never so long that a lease runs out meanwhile."""
    longest = int(LONGEST_MAIL.total_seconds())
    return Limits(
        wait_seconds=settings.smtp_timeout_seconds,
        mail_seconds=min(settings.smtp_mail_seconds, longest),
        allow_private=settings.allow_private_sources,
    )
