"""How each partner's guide is cut and its streams are signed."""

import secrets
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from lineup.contracts.changes import set_fields
from lineup.contracts.playlists.refusals import DaysOutOfRange
from lineup.contracts.playlists.streams import (
    GetStreamSettings,
    StreamSettings,
    UpdateStreamSettings,
)
from lineup.database import UnitOfWork
from lineup.scope import acting_partner
from lineup.secrets import Keyring
from lineup.verbs import handles
from playlists.pending.operations import mark_changed
from playlists.rendering.models import PartnerOutput

LONGEST_DAYS = 30
LEAST_DAYS_BACK = 1


def output_of(work: UnitOfWork, keyring: Keyring, partner_id: UUID) -> PartnerOutput:
    """A partner's output; made with a fresh secret when it has none."""
    found = work.session.get(PartnerOutput, partner_id)
    if found is not None:
        return found
    work.session.execute(
        insert(PartnerOutput)
        .values(
            partner_id=partner_id,
            guide_days_ahead=7,
            stream_secret=keyring.seal(secrets.token_urlsafe(24)),
        )
        .on_conflict_do_nothing()
    )
    return work.session.get_one(PartnerOutput, partner_id)


def set_guide_days(
    work: UnitOfWork,
    keyring: Keyring,
    partner_id: UUID,
    *,
    back: int | None,
    ahead: int,
) -> None:
    """Say how many days of the past (None: as catch-up needs) and future are told."""
    if not all(0 <= days <= LONGEST_DAYS for days in (back or 0, ahead)):
        raise DaysOutOfRange
    output = output_of(work, keyring, partner_id)
    output.guide_days_back, output.guide_days_ahead = back, ahead
    mark_changed(work, partner_id)


@handles(GetStreamSettings)
def get_stream_settings(work: UnitOfWork, request: GetStreamSettings) -> StreamSettings:
    """What a partner says of grants to watch; the usual before it said anything."""
    partner_id = acting_partner(work.actor, request.partner_id)
    output = work.session.get(PartnerOutput, partner_id)
    return output.stream_settings() if output else StreamSettings(partner_id=partner_id)


def current_stream_settings(
    work: UnitOfWork, request: UpdateStreamSettings
) -> StreamSettings:
    """What a request changes, locked."""
    partner_id = acting_partner(work.actor, request.partner_id)
    work.session.get(PartnerOutput, partner_id, with_for_update=True)
    return get_stream_settings(work, GetStreamSettings(partner_id=partner_id))


@handles(UpdateStreamSettings, changes=current_stream_settings)
def update_stream_settings(
    work: UnitOfWork, request: UpdateStreamSettings, *, keyring: Keyring
) -> StreamSettings:
    """Change what is given of how a partner grants to watch; its players hear of it
    with the next rendering.
    """
    partner_id = acting_partner(work.actor, request.partner_id)
    output = output_of(work, keyring, partner_id)
    work.session.refresh(output, with_for_update=True)
    for name, value in set_fields(request).items():
        if name == "stream_hosts":
            output.stream_hosts = sorted(set(value))
        elif name != "partner_id":
            setattr(output, name, value)
    mark_changed(work, partner_id)
    return output.stream_settings()


def days_back(output: PartnerOutput, catchup_days: list[int]) -> int:
    """Days of the past in a guide: as said, else what the longest catch-up reaches."""
    if output.guide_days_back is not None:
        return output.guide_days_back
    return min(max([LEAST_DAYS_BACK, *catchup_days]), LONGEST_DAYS)
