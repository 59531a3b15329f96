"""What a channel can be."""

from collections.abc import Iterator

from lineup.contracts.playlists import ChannelDetails
from lineup.errors import Invalid
from playlists.channels.m3u import ADDRESS

MOST_CATCHUP_DAYS = 365


def check_details(details: ChannelDetails) -> None:
    """Refuse what no channel can be, field by field (PE-18)."""
    wrong = {name: [why] for name, why in _faults(details)}
    if wrong:
        raise Invalid(fields=wrong)


def _faults(details: ChannelDetails) -> Iterator[tuple[str, str]]:
    if not 1 <= details.number <= 10**9:
        yield "number", "Numbers begin at 1."
    if not details.name.strip():
        yield "name", "A channel needs a name."
    needs_address = bool(details.address) or details.is_on
    if needs_address and not ADDRESS.fullmatch(details.address):
        yield "address", "This is not an address a player can open."
    if not 0 <= details.catchup_days <= MOST_CATCHUP_DAYS:
        yield "catchup_days", f"Between 0 and {MOST_CATCHUP_DAYS} days."
