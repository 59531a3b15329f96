"""Which of a partner's channels lie in one folder, and how their files are told apart.

A grant to watch is for a channel's folder. Where other channels lie in it or below, it
is only for files whose names begin as the channel's own playlist does.
"""

from bisect import bisect_left
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from playlists.channels.models import Channel

EVERYBODYS = frozenset(
    {"index", "playlist", "master", "manifest", "stream", "live", "main", "chunklist"}
    | {"mono", "video", "tracks", "hls", "variant", "media"}
)
"""Names that say nothing of the channel; its other files have other names."""
LEAST = 2


def stems_of(session: Session, partner_id: UUID) -> dict[str, str]:
    """What the files of a channel begin with, by its address, where it must be told."""
    addresses = select(Channel.address).where(Channel.partner_id == partner_id)
    return stems_by_address(session.scalars(addresses.distinct()))


def stems_by_address(addresses: Iterable[str]) -> dict[str, str]:
    """The same of any addresses."""
    places = {address: _place(address) for address in addresses if "://" in address}
    folders = sorted(folder for folder, _ in places.values())
    return {
        address: stem
        for address, (folder, stem) in places.items()
        if stem and _is_shared(folder, folders)
    }


def _place(address: str) -> tuple[str, str]:
    """The folder, and what a file's name there begins with; empty: it may be any."""
    folder, _, file = address.partition("?")[0].partition("#")[0].rpartition("/")
    stem = file.rpartition(".")[0]
    is_own = len(stem) >= LEAST or stem.isdigit()
    return f"{folder}/", stem if is_own and stem.lower() not in EVERYBODYS else ""


def _is_shared(folder: str, folders: list[str]) -> bool:
    """Whether a second channel lies in it, or below: those stand right behind it."""
    place = bisect_left(folders, folder) + 1
    return place < len(folders) and folders[place].startswith(folder)
