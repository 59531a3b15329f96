"""What both sides of a reseller's link are told, by the platform's own mail server."""

from lineup.contracts.accounts.reseller_links import LinkNoticeKind, LinkNotified
from lineup.contracts.notifications import MessageKind
from lineup.database import UnitOfWork
from lineup.secrets import Keyring
from notifications.announcements.partners import moment_text, queue_for_platform

TEMPLATES = {kind: MessageKind(f"link_{kind.value}") for kind in LinkNoticeKind}


def notify(
    work: UnitOfWork, state: LinkNotified, keyring: Keyring, public_url: str
) -> None:
    """Tell one side of a link; without an address nobody can be told."""
    if not state.email:
        return
    values = {
        "receiver": state.receiver,
        "other": state.other,
        "message": state.message,
        "at": state.at and moment_text(state.at, state.time_zone),
        "public_url": public_url,
    }
    queue_for_platform(work, keyring, state, TEMPLATES[state.kind], values)
