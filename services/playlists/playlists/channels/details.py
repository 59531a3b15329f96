"""What a channel can be."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import fields

from lineup.contracts.playlists.channels import Catchup, ChannelDetails
from lineup.errors import Invalid
from lineup.values.addresses import stream_address
from lineup.values.bad_value import BadValueError
from playlists.channels.archives import archive_of
from playlists.channels.player_lines import is_player_line

MOST_CATCHUP_DAYS = 365


DETAILS = frozenset(field.name for field in fields(ChannelDetails))


def check_details(details: ChannelDetails, changed: AbstractSet[str] = DETAILS) -> None:
    """Refuse what no channel can be, field by field.

    What is not changed stays as it was kept, right or wrong by now; but no channel is
    switched on whose address cannot be opened.
    """
    looked_at = (
        changed | {"address"} if details.is_on and "is_on" in changed else changed
    )
    wrong = {name: [why] for name, why in _faults(details) if name in looked_at}
    if wrong:
        raise Invalid(fields=wrong)


def changed_between(before: ChannelDetails, after: ChannelDetails) -> list[str]:
    """Which details differ."""
    return [name for name in DETAILS if getattr(before, name) != getattr(after, name)]


def details_set_in(details: ChannelDetails) -> list[str]:
    """Which details of a new channel were said, and not left as they come."""
    nothing = ChannelDetails(number=0, name="", address="")
    return changed_between(nothing, details)


def _faults(details: ChannelDetails) -> Iterator[tuple[str, str]]:
    if not 1 <= details.number <= 10**9:
        yield "number", "The number must be at least 1."
    if not details.name.strip():
        yield "name", "Enter a name."
    needs_address = bool(details.address) or details.is_on
    if needs_address and not _can_be_opened(details.address):
        yield "address", "Players cannot open this URL."
    if not all(map(is_player_line, details.player_lines)):
        yield "player_lines", "Such as #EXTVLCOPT:http-user-agent=Box/1.0."
    yield from _faults_of_archive(details)


def _faults_of_archive(details: ChannelDetails) -> Iterator[tuple[str, str]]:
    if not 0 <= details.catchup_days <= MOST_CATCHUP_DAYS:
        yield "catchup_days", f"Between 0 and {MOST_CATCHUP_DAYS} days."
    needs_source = details.catchup in {Catchup.DEFAULT, Catchup.APPEND}
    if needs_source and not details.catchup_source:
        yield "catchup_source", "This catch-up type needs an archive URL."
    elif details.address and _archive_of(details) is None:
        yield "catchup", "The stream URL does not fit this catch-up type."


def _archive_of(details: ChannelDetails) -> str | None:
    return archive_of(details.address, details.catchup, details.catchup_source)


def _can_be_opened(address: str) -> bool:
    try:
        stream_address(address)
    except BadValueError:
        return False
    return True
