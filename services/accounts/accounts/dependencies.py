"""What making a login or a user takes beside a transaction."""

from collections.abc import Callable
from dataclasses import dataclass

from lineup.secrets import Keyring


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """Handed to operations by the endpoints, so that operations know no bus.

    `hash_password` is for passwords that were chosen: slow argon2id, on the bus in a
    real thread. `public_url` is
    where subscribers of partners without an address of their own reach playlists.
    """

    keyring: Keyring
    hash_password: Callable[[str], str]
    public_url: str
