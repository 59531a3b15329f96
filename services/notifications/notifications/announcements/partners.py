"""What the platform tells partners: by its own mail server and sender."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from lineup.contracts.accounts.partner_events import (
    NoticeKind,
    PartnerCredentialsIssued,
    PartnerNotified,
)
from lineup.contracts.accounts.reseller_links import LinkNotified
from lineup.contracts.notifications import MessageKind
from lineup.database import UnitOfWork
from lineup.ids import event_id
from lineup.secrets import Keyring
from notifications.deliveries.operations import ORDINARY, Message, queue_all

PLATFORM = UUID(int=0)
"""Whose messages these are: no partner's, so that they leave as the installation's."""
TEMPLATES = {
    NoticeKind.ENDS_SOON: MessageKind.PARTNER_ENDS_SOON,
    NoticeKind.LOCKED: MessageKind.PARTNER_LOCKED,
    NoticeKind.PURGE_SOON: MessageKind.PARTNER_PURGE_SOON,
    NoticeKind.PAID: MessageKind.PARTNER_PAID,
}


def welcome(
    work: UnitOfWork, state: PartnerCredentialsIssued, keyring: Keyring, public_url: str
) -> None:
    """Send a new partner its credentials: its trial begins when they arrive.

    There is no way yet to send text messages, so that they go by mail.
    """
    values = {
        "contact": state.contact,
        "partner": state.partner,
        "package": state.package_name,
        "trial_days": state.trial_days,
        "username": state.username,
        "password": keyring.open(state.password),
        "public_url": public_url,
        "is_reseller": state.is_reseller,
    }
    kind = MessageKind.PARTNER_CREDENTIALS
    queue_for_platform(work, keyring, state, kind, values, urgency=0)


def notify(
    work: UnitOfWork, state: PartnerNotified, keyring: Keyring, public_url: str
) -> None:
    """Tell a partner where it stands; without an address nobody can be told."""
    if not state.email:
        return
    values = {
        "partner": state.partner,
        "package": state.package_name,
        "is_trial": state.is_trial,
        "at": moment_text(state.at, state.time_zone),
        "purge_at": state.purge_at and moment_text(state.purge_at, state.time_zone),
        "amount": state.amount and str(state.amount),
        "reference": state.reference,
        "is_pro_forma": state.is_pro_forma,
        "payment_instructions": state.payment_instructions,
        "public_url": public_url,
        "is_reseller": state.is_reseller,
        "export_url": f"{public_url}/partner-export/{state.export_token}",
    }
    queue_for_platform(work, keyring, state, TEMPLATES[state.kind], values)


def queue_for_platform(
    work: UnitOfWork,
    keyring: Keyring,
    state: PartnerCredentialsIssued | PartnerNotified | LinkNotified,
    kind: MessageKind,
    values: Mapping[str, object],
    *,
    urgency: int = ORDINARY,
) -> None:
    """Queue what an event asks the platform itself to tell, once for the event."""
    message = Message(
        cause_id=event_id(state.event_type, state.id, state.version),
        template=kind.value,
        values=values,
        receiver=state.email,
        partner_id=PLATFORM,
        scope=state.scope,
        request_id=work.context.request_id,
        urgency=urgency,
    )
    queue_all(work, keyring, [message])


def moment_text(moment: datetime, zone: str) -> str:
    """A moment as its receiver's clock shows it."""
    there = moment.astimezone(ZoneInfo(zone or "UTC"))
    return f"{there:%d %B %Y %H:%M} ({there.tzname()})"
