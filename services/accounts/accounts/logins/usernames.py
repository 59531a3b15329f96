"""Login names: what is allowed in one, and making one."""

import re
import secrets
from collections.abc import Callable

from lineup.validation import ValidationErrors
from lineup.values import people
from lineup.values.bad_value import BadValueError

STEM_CHARACTERS = 20
TRIES = 20

_NOT_IN_A_STEM = re.compile(r"[^a-z0-9.]+", re.ASCII)


def check_username(errors: ValidationErrors, field: str, username: str) -> None:
    """3 to 64 lower-case letters, digits and . _ @ + - after a letter or digit.

    Capitals are refused, not silently changed.
    """
    try:
        people.username(username)
    except BadValueError as error:
        errors.add(field, error.code, error.message)


def generate_username(hint: str, is_taken: Callable[[str], bool]) -> str:
    """A free login name: a mail's local part (or any hint) and four or more digits."""
    local = hint.partition("@")[0].lower()
    stem = _NOT_IN_A_STEM.sub("", local).strip(".")[:STEM_CHARACTERS] or "user"
    for tried in range(TRIES):
        digits = 4 + tried // 4
        number = secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1)
        if not is_taken(f"{stem}{number}"):
            return f"{stem}{number}"
    raise LookupError(f"No free login name was found in {TRIES} tries.")
