"""What a player needs: made by chance, once; no purchase changes it."""

import secrets
from collections.abc import Callable

from accounts.logins.passwords import generate

USERNAME_CHARACTERS = 10
PASSWORD_CHARACTERS = 12
TOKEN_BYTES = 24
TRIES = 10


def generate_username(is_taken: Callable[[str], bool]) -> str:
    """A free Xtream user name of ten characters, out of 8e14."""
    for _ in range(TRIES):
        username = generate(USERNAME_CHARACTERS)
        if not is_taken(username):
            return username
    raise LookupError(f"No free user name was found in {TRIES} tries.")


def generate_password() -> str:
    """An Xtream password: 59 bits of chance, easy to type on a remote."""
    return generate(PASSWORD_CHARACTERS)


def generate_token() -> str:
    """The secret part of a playlist link: 192 bits, safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)
