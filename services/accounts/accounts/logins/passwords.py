"""Login passwords: how long they must be, and argon2id for keeping them.

What a person chose can be guessed, so each guess is made to cost some 20 ms of CPU and
19 MiB. What `generate_password` made has over 100 bits of chance, which nobody guesses
at any speed: it is hashed by the same function at its least cost, some hundredth of a
millisecond. A hash names its own cost, so both kinds are verified alike.
"""

import secrets
from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from lineup.context import Role
from lineup.validation import FieldCode, ValidationErrors

CUSTOMER_CHARACTERS = 4
STAFF_CHARACTERS = 12
MOST_CHARACTERS = 128
GENERATED_GROUPS, GROUP_CHARACTERS = 3, 7
"""21 characters by chance: 104 bits."""

PasswordCheck = Callable[[str, str], bool]
"""Whether a hash was made of a password."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Lower case without characters that look alike (i l o 0 1): typed on a remote."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's second argon2id recommendation: 19 MiB a hash, so four at once are cheap."""

_QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""The least that argon2id does; for what chance alone keeps safe."""

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


class GeneratedPassword(str):
    """A password made by chance alone; `generate_password` makes it.

    A type, since only what this process made itself is known to be one: no request
    brings one in, and what becomes plain text on its way is hashed as if chosen.
    """

    __slots__ = ()


def hash_password(password: str) -> str:
    """The argon2id hash, salt and parameters included. Takes about 20 ms of CPU."""
    return _HASHER.hash(password)


def hash_generated(password: GeneratedPassword) -> str:
    """The argon2id hash at its least cost, salt and parameters included."""
    return _QUICK_HASHER.hash(password)


def is_right(password_hash: str, password: str) -> bool:
    """Whether the hash was made of this password.

    A wrong one takes as long as hashing a chosen one, whatever the hash is of: time
    tells nobody how a login got its password.
    """
    if _is_made_of(password_hash, password):
        return True
    if _HASHER.check_needs_rehash(password_hash):
        _is_made_of(NOBODYS_HASH, password)
    return False


def _is_made_of(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except VerificationError:
        return False


def generate(characters: int) -> str:
    """A random text of the unambiguous alphabet: 4.95 bits a character."""
    return "".join(secrets.choice(ALPHABET) for _ in range(characters))


def generate_password() -> GeneratedPassword:
    """A login password of 104 bits of chance, such as `kx7mqpd-3nwh8tz-v5jcr2g`.

    In groups, to be read from a mail and typed; the hyphens belong to it.
    """
    groups = (generate(GROUP_CHARACTERS) for _ in range(GENERATED_GROUPS))
    return GeneratedPassword("-".join(groups))
