"""The order of channels is that of their numbers, in every protocol (PE-19)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import column, func, select, update, values
from sqlalchemy.types import BigInteger, Uuid

from lineup.contracts.playlists import ChannelsTouched, MoveChannels
from lineup.database import Work
from lineup.errors import Invalid
from lineup.scope import within
from playlists import upstairs
from playlists.channels.models import Channel
from playlists.channels.operations import ChannelUnknown, find_channel
from playlists.owners import Owner

MOST_MOVED = 500

Place = tuple[UUID, int]
"""A channel and its number."""


def exchanged(
    line: Sequence[Place], moved: Sequence[UUID], target: UUID, *, behind: bool
) -> dict[UUID, int]:
    """The new numbers once `moved` stand right before, or behind, the target.

    `line` is in order of number. The numbers in use stay the same, so gaps stay where
    they are, and nobody outside the stretch between is renumbered. Only channels
    whose number changes are in the answer.
    """
    going = set(moved)
    staying = [id_ for id_, _ in line if id_ not in going]
    at = staying.index(target) + behind
    order = [*staying[:at], *moved, *staying[at:]]
    renumbered = zip(order, line, strict=True)
    old = dict(line)
    return {id_: number for id_, (_, number) in renumbered if old[id_] != number}


def move_channels(work: Work, request: MoveChannels) -> ChannelsTouched:
    """Put channels right before or behind another, all of them or none."""
    target_id = _target_of(request)
    target = find_channel(work, target_id)
    hold_line(work, target.partner_id)
    line = _line(work, target.partner_id)
    moved = list(dict.fromkeys(request.channel_ids))
    if not {*moved, target_id} <= {id_ for id_, _ in line}:
        raise ChannelUnknown
    behind = request.after_id is not None
    numbers = exchanged(line, moved, target_id, behind=behind)
    if numbers:
        _renumber(work, numbers)
        upstairs.rooms().mark_changed(work, target.partner_id)
    return ChannelsTouched(count=len(numbers))


def hold_line(work: Work, partner_id: UUID) -> None:
    """Wait for whoever changes many of a partner's channels; then be the only one."""
    scope = Owner(partner_id).scope
    lock = func.pg_advisory_xact_lock(func.hashtextextended(scope, 0))
    work.session.execute(select(lock))


def _target_of(request: MoveChannels) -> UUID:
    targets = [id_ for id_ in (request.before_id, request.after_id) if id_]
    if len(targets) != 1:
        raise Invalid(fields={"before_id": ["Say before which, or after which."]})
    if not 1 <= len(request.channel_ids) <= MOST_MOVED:
        raise Invalid(fields={"channel_ids": [f"Move 1 to {MOST_MOVED} channels."]})
    if targets[0] in request.channel_ids:
        raise Invalid(fields={"channel_ids": ["A channel cannot pass itself."]})
    return targets[0]


def _line(work: Work, partner_id: UUID) -> list[Place]:
    """The partner's channels in order, held until this transaction ends."""
    statement = (
        select(Channel.id, Channel.number)
        .where(Channel.partner_id == partner_id, within(Channel.scope, work.actor))
        .with_for_update()
    )
    # Sorted here: a row that was waited for comes with its new number, at its old place
    return sorted(work.session.execute(statement), key=lambda row: row[1])


def _renumber(work: Work, numbers: dict[UUID, int]) -> None:
    """One statement: uniqueness is looked at when all have their new numbers."""
    new = values(
        column("id", Uuid), column("number", BigInteger), name="new_numbers"
    ).data(list(numbers.items()))
    work.session.execute(
        update(Channel)
        .where(Channel.id == new.c.id)
        .values(number=new.c.number, updated_at=work.now)
        .execution_options(synchronize_session=False)
    )
