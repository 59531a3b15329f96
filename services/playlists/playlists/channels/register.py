"""The channels of a partner, read for what they are known by."""

from typing import Any

from sqlalchemy import select

from lineup.database import UnitOfWork
from playlists.channels.identity import KnownChannel, MatchKeys, Register
from playlists.channels.models import Channel
from playlists.owners import Owner

AT_ONCE = 500
FACE = ("name", "group", "address", "id")


def register_of(work: UnitOfWork, owner: Owner) -> Register:
    """All channels a partner has, by number."""
    register = Register()
    statement = select(
        Channel.id,
        Channel.number,
        Channel.name,
        Channel.group_title,
        Channel.address,
        Channel.guide_id,
        Channel.guide_id_is_manual,
        Channel.listed,
        Channel.list_id,
        Channel.vanished_at,
    ).where(Channel.partner_id == owner.partner_id)
    for row in work.session.execute(
        statement.order_by(Channel.number), execution_options={"yield_per": AT_ONCE}
    ):
        known = KnownChannel(
            row.id, row.number, row.list_id, row.vanished_at is not None
        )
        register.add(known, _faces(row))
    return register


def _faces(row: Any) -> list[MatchKeys]:
    """What a channel is known by: as its playlist said it, and as staff made it."""
    own = MatchKeys(
        name=row.name,
        group=row.group_title,
        address=row.address,
        id="" if row.guide_id_is_manual else row.guide_id,
    )
    if not row.listed:
        return [own]
    listed = MatchKeys(**{name: str(row.listed.get(name, "")) for name in FACE})
    return [listed, own]
