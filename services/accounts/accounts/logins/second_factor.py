"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes.

A code is good once, in its own half minute and those beside it: clocks differ.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from sqlalchemy import ColumnElement, delete, exists, select

from accounts.logins.models import Login, SecondFactor
from accounts.logins.passwords import generate
from lineup.contracts.accounts.refusals import CodeWrong, SecondFactorOff
from lineup.database import UnitOfWork
from lineup.secrets import Keyring, Sealed
from lineup.validation import FieldCode, ValidationErrors

STEP_SECONDS = 30
DIGITS = 6
CLOCKS_DIFFER = 1
"""So many steps before and after now are accepted."""
LEAST_KEY_BYTES, MOST_KEY_BYTES = 16, 64
RECOVERY_CODES = 10
GROUPS, GROUP_CHARACTERS = 4, 4
"""16 characters by chance: 79 bits, so that a digest without salt tells nothing."""


def key_of(secret: str) -> bytes:
    """The key that a base32 text names; refused where it is none, or too short."""
    text = secret.replace(" ", "").upper()
    try:
        key = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        key = b""
    errors = ValidationErrors()
    if not LEAST_KEY_BYTES <= len(key) <= MOST_KEY_BYTES:
        words = "26 to 103 characters of base32."
        errors.add("secret", FieldCode.TEXT_INVALID, words)
    errors.refuse()
    return key


def step_of(key: bytes, code: str, now: datetime, *, after: int = -1) -> int | None:
    """The step whose code this is, later than `after`; None for a wrong one."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    codes = HOTP(key, DIGITS, SHA1())  # noqa: S303 - what apps agree on
    current = int(now.timestamp()) // STEP_SECONDS
    for step in range(current - CLOCKS_DIFFER, current + CLOCKS_DIFFER + 1):
        if step > after and _is_of(codes, code, step):
            return step
    return None


def has_second_factor() -> ColumnElement[bool]:
    """The condition that a login has a second factor."""
    return exists().where(SecondFactor.login_id == Login.id)


def generate_codes() -> list[str]:
    """Recovery codes such as `kx7m-pd3n-wh8t-zv5j`."""
    return [
        "-".join(generate(GROUP_CHARACTERS) for _ in range(GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def digests_of(codes: Sequence[str]) -> list[str]:
    """What is kept of recovery codes: nothing by which they could be found."""
    return [_digest(code) for code in codes]


def use_code(
    work: UnitOfWork, login_id: UUID, code: str, keyring: Keyring
) -> SecondFactor:
    """Use up a code of a login's app, or a recovery code; CodeWrong for no good one.

    SecondFactorOff where there is no second factor. Of two that bring the same code at
    once, one is refused.
    """
    factor = work.session.scalar(
        select(SecondFactor).where(SecondFactor.login_id == login_id).with_for_update()
    )
    if factor is None:
        raise SecondFactorOff
    typed = code.replace(" ", "").replace("-", "").lower()
    step = step_of(
        key_of(keyring.open(factor.secret)), typed, work.now, after=factor.last_step
    )
    if step is not None:
        factor.last_step = step
        return factor
    if not _is_recovery(factor, typed):
        raise wrong_code()
    return factor


def wrong_code() -> CodeWrong:
    """The refusal of a code, at its field."""
    return CodeWrong(fields={"code": [CodeWrong.__doc__ or ""]})


def delete_second_factors(work: UnitOfWork, *logins: ColumnElement[bool]) -> None:
    """Disable it for the logins that the conditions name."""
    ids = select(Login.id).where(*logins)
    work.session.execute(delete(SecondFactor).where(SecondFactor.login_id.in_(ids)))


def new_factor(
    login_id: UUID, secret: Sealed, step: int, codes: Sequence[str], now: datetime
) -> SecondFactor:
    """What is kept of a second factor that was set up."""
    return SecondFactor(
        login_id=login_id,
        secret=secret,
        last_step=step,
        recovery_digests=digests_of(codes),
        created_at=now,
    )


def _is_recovery(factor: SecondFactor, typed: str) -> bool:
    """Whether it is one of the recovery codes, which is gone then."""
    digest = _digest(typed)
    left = [
        one
        for one in factor.recovery_digests
        if not secrets.compare_digest(one, digest)
    ]
    is_one = len(left) < len(factor.recovery_digests)
    factor.recovery_digests = left
    return is_one


def _is_of(codes: HOTP, code: str, step: int) -> bool:
    try:
        codes.verify(code.encode(), step)
    except InvalidToken:
        return False
    return True


def _digest(code: str) -> str:
    return hashlib.sha256(code.replace("-", "").encode()).hexdigest()
