"""Login passwords: how long they must be, and argon2id for keeping them."""

import secrets
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from lineup.context import Role
from lineup.validation import FieldCode, ValidationErrors

CUSTOMER_CHARACTERS = 4
STAFF_CHARACTERS = 12
MOST_CHARACTERS = 128
GENERATED_CHARACTERS = 12

PasswordCheck = Callable[[str, str], bool]
"""Whether a hash was made of a password."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Lower case without characters that look alike (i l o 0 1): typed on a remote."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's second argon2id recommendation: 19 MiB a hash, so four at once are cheap."""

NOBODYS_HASH = _HASHER.hash(secrets.token_hex(16))
"""Checked in place of an unknown login's hash, so that both take the same time."""


def check_password(
    errors: ValidationErrors, field: str, password: str, role: Role
) -> None:
    """At least 4 characters for customers and 12 for everybody else; 128 at most."""
    is_customer = role is Role.CUSTOMER
    floor = CUSTOMER_CHARACTERS if is_customer else STAFF_CHARACTERS
    if len(password) < floor:
        errors.add(field, FieldCode.PASSWORD_SHORT, f"At least {floor} characters.")
    if len(password) > MOST_CHARACTERS:
        errors.add(
            field, FieldCode.PASSWORD_LONG, f"At most {MOST_CHARACTERS} characters."
        )


def hash_password(password: str) -> str:
    """The argon2id hash, salt and parameters included. Takes about 20 ms of CPU."""
    return _HASHER.hash(password)


def is_right(password_hash: str, password: str) -> bool:
    """Whether the hash was made of this password. Takes as long as hashing."""
    try:
        return _HASHER.verify(password_hash, password)
    except VerificationError:
        return False


def generate(characters: int = GENERATED_CHARACTERS) -> str:
    """A random text of the unambiguous alphabet: 4.95 bits a character."""
    return "".join(secrets.choice(ALPHABET) for _ in range(characters))
