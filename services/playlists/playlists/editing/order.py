"""The order of channels is that of their numbers, in every protocol."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import column, select, update, values
from sqlalchemy.types import BigInteger, Uuid

from lineup.contracts.playlists.channels import ChannelsTouched, MoveChannels
from lineup.contracts.playlists.refusals import ChannelNotFound
from lineup.database import UnitOfWork
from lineup.errors import Invalid
from lineup.scope import within
from lineup.verbs import handles
from playlists.channels.finding import find_channel, lock_channel_order
from playlists.channels.models import Channel
from playlists.pending import operations as pending

MOST_MOVED = 500

Place = tuple[UUID, int]
"""A channel and its number."""


def exchanged(line: Sequence[Place], moved: Sequence[UUID], at: int) -> dict[UUID, int]:
    """The new numbers once `moved` stand behind the first `at` of those that stay.

    `line` is in order of number. The numbers in use stay the same, so gaps stay where
    they are, and nobody outside the stretch between is renumbered. Only channels
    whose number changes are in the answer.
    """
    staying = _staying(line, moved)
    order = [*staying[:at], *moved, *staying[at:]]
    renumbered = zip(order, line, strict=True)
    old = dict(line)
    return {id_: number for id_, (_, number) in renumbered if old[id_] != number}


def beside(
    line: Sequence[Place], moved: Sequence[UUID], target: UUID, *, behind: bool
) -> int:
    """How many of those that stay come before the place beside `target`."""
    return _staying(line, moved).index(target) + behind


def from_number(line: Sequence[Place], moved: Sequence[UUID], number: int) -> int:
    """How many of those that stay come before the place with that number."""
    before = sum(1 for _, taken in line if taken < number)
    return min(before, len(line) - len(moved))


def _staying(line: Sequence[Place], moved: Sequence[UUID]) -> list[UUID]:
    going = set(moved)
    return [id_ for id_, _ in line if id_ not in going]


@handles(MoveChannels)
def move_channels(work: UnitOfWork, request: MoveChannels) -> ChannelsTouched:
    """Put channels beside another or at a number, all of them or none."""
    if not 1 <= len(request.channel_ids) <= MOST_MOVED:
        raise Invalid(
            fields={"channel_ids": [(f"Move between 1 and {MOST_MOVED} channels.")]}
        )
    partner_id = find_channel(work, request.channel_ids[0]).partner_id
    _must_be_one_place(request)
    target_id = request.before_id or request.after_id
    lock_channel_order(work, partner_id)
    line = _line(work, partner_id)
    moved = list(dict.fromkeys(request.channel_ids))
    if not {*moved, target_id or moved[0]} <= {id_ for id_, _ in line}:
        raise ChannelNotFound
    if target_id is None:
        at = from_number(line, moved, request.to_number or 1)
    else:
        at = beside(line, moved, target_id, behind=target_id == request.after_id)
    numbers = exchanged(line, moved, at)
    if numbers:
        _renumber(work, numbers)
        pending.mark_changed(work, partner_id)
    return ChannelsTouched(count=len(numbers))


def _must_be_one_place(request: MoveChannels) -> None:
    places = (request.before_id, request.after_id, request.to_number)
    if sum(place is not None for place in places) != 1:
        raise Invalid(fields={"to_number": ["Enter a target position."]})
    if {request.before_id, request.after_id} & set(request.channel_ids):
        raise Invalid(
            fields={
                "channel_ids": ["A channel cannot be moved before or after itself."]
            }
        )


def _line(work: UnitOfWork, partner_id: UUID) -> list[Place]:
    """The partner's channels in order, held until this transaction ends."""
    statement = (
        select(Channel.id, Channel.number)
        .where(Channel.partner_id == partner_id, within(Channel.scope, work.actor))
        .with_for_update()
    )
    # Sorted here: a row that was waited for comes with its new number, at its old place
    return sorted(work.session.execute(statement), key=lambda row: row[1])


def _renumber(work: UnitOfWork, numbers: dict[UUID, int]) -> None:
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
