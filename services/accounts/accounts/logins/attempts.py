"""Attempts: wrong passwords are answered slower and slower, and nobody is locked out.

Failures are counted for a login name at an address, for the name, and for the address.
An address from which the login signed in before is known: only its own failures slow
it down, whatever strangers try elsewhere, and it passes its pauses with the right
password. A name that does not exist is counted like one that does.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.dialects.postgresql import insert

from accounts.logins.limits import SignInLimits, TooManyTries
from accounts.logins.models import KnownAddress, Login, SignInFailures
from accounts.logins.naming import called, counted_name, entered, service_id_of
from accounts.logins.passwords import NOBODYS_HASH
from lineup.contracts.accounts.resets import RequestPasswordReset
from lineup.contracts.accounts.sessions import SignIn
from lineup.database import UnitOfWork
from lineup.throttling import Backoff, subscriber_address

KNOWN_FOR = timedelta(days=90)
MOST_KNOWN = 20
"""So many addresses of a login are remembered, those last seen."""
MOST_FROM_KNOWN = 100
"""After so many failures even a known address must sit its pauses out."""
REGISTRATIONS = Backoff(tries=10, longest_seconds=3600, forget_seconds=3600)
"""Of companies from one address."""
OWN_SESSION = "signed in"
"""In place of an address: who changes a password is signed in already."""


@dataclass(frozen=True, kw_only=True)
class SignInAttempt:
    """One try to sign in, already counted as a failure."""

    login_id: UUID | None
    """None for an unknown name, whose hash is nobody's."""
    password_hash: str
    address: str
    subjects: tuple[bytes, ...]
    """What it was counted for: first the name at the address."""
    wait_seconds: int
    """How long a wrong password from a known address must be told to wait."""


def begin_attempt(
    work: UnitOfWork, request: SignIn, limits: SignInLimits
) -> SignInAttempt:
    """Count a try as a failure, and find the login or nobody.

    TooManyTries while its name or its address has to wait.
    """
    username, service = entered(request.username), entered(request.service)
    address = subscriber_address(request.address)
    login_id, password_hash, seen_at = _find(work, username, service, address)
    username = counted_name(username, service)
    subjects = {subject_of("pair", username, address): limits.by_pair}
    if seen_at is None:
        subjects |= _shared(username, address, limits)
    grace = 0 if seen_at is None else MOST_FROM_KNOWN
    wait_seconds = _count(work, subjects, username, grace)
    return SignInAttempt(
        login_id=login_id,
        password_hash=password_hash,
        address=address,
        subjects=tuple(subjects),
        wait_seconds=wait_seconds,
    )


def count_own(
    work: UnitOfWork, login: Login, limits: SignInLimits
) -> tuple[bytes, ...]:
    """Count a try of somebody who is signed in; what it was counted for.

    TooManyTries after too many.
    """
    pair = subject_of("pair", str(login.id), OWN_SESSION)
    _count(work, {pair: limits.by_pair}, login.username)
    return (pair,)


def count_code(
    work: UnitOfWork, login_id: UUID, limits: SignInLimits
) -> tuple[bytes, ...]:
    """Count a code of a login's second factor; what it was counted for.

    Wherever it comes from: who tries codes knows the password. TooManyTries after too
    many.
    """
    codes = subject_of("code", str(login_id))
    _count(work, {codes: limits.by_pair}, "")
    return (codes,)


def count_player_login(
    work: UnitOfWork, username: str, limits: SignInLimits
) -> tuple[bytes, ...]:
    """Count that somebody signed in names a player's login; what it was counted for.

    For the actor and the name, and for the actor: nobody slows down a stranger's users.
    TooManyTries after too many.
    """
    actor = str(work.actor.login_id or work.actor.name)
    name = entered(username)
    subjects = {
        subject_of("player", actor, name): limits.by_pair,
        subject_of("player", actor): limits.by_address,
    }
    _count(work, subjects, "")
    return tuple(subjects)


def count_wish(
    work: UnitOfWork, request: RequestPasswordReset, limits: SignInLimits
) -> None:
    """Count that a reset link was asked for; TooManyTries after too many.

    Apart from wrong passwords: who asks for links slows down nobody's sign-in.
    """
    name = counted_name(entered(request.username), entered(request.service))
    subjects = {subject_of("reset", name): limits.by_pair}
    _count(work, subjects | _of_address("reset", request.address, limits), name)


def count_wrong_link(work: UnitOfWork, address: str, limits: SignInLimits) -> None:
    """Count a reset link that is none; TooManyTries after too many from an address."""
    subjects = _of_address("link", address, limits)
    if subjects:
        _count(work, subjects, "")


def count_registration(work: UnitOfWork, address: str) -> None:
    """Count that somebody registers; TooManyTries for too many from one address."""
    subscriber = subscriber_address(address)
    subject = subject_of("registration", subscriber)
    _count(work, {subject: REGISTRATIONS}, subscriber)


def settle(work: UnitOfWork, attempt: SignInAttempt) -> None:
    """Take back that the try was a failure: the password was right.

    The name at this address begins anew; whom it shares the name or the address with
    keeps its failures.
    """
    take_back(work, attempt.subjects)
    if attempt.login_id is not None and attempt.address:
        _remember(work, attempt.login_id, attempt.address)


def take_back(work: UnitOfWork, subjects: tuple[bytes, ...]) -> None:
    """Count a try no longer, which was right; its first subject begins anew."""
    locked = (
        select(SignInFailures)
        .where(SignInFailures.subject.in_(subjects))
        .order_by(SignInFailures.subject)
        .with_for_update()
    )
    for row in work.session.scalars(locked).all():
        if row.subject == subjects[0] or row.count <= 1:
            work.session.delete(row)
        else:
            row.count, row.paused_until = row.count - 1, work.now


def clear_failures(work: UnitOfWork, login: Login) -> None:
    """Forget all failures of a login's name, wherever they came from."""
    service = service_id_of(work, login.business_id) if login.business_id else ""
    names = {login.username, counted_name(login.username, service)}
    theirs = SignInFailures.name.in_([subject_of("name", one) for one in names])
    work.session.execute(delete(SignInFailures).where(theirs))


def delete_known_addresses(work: UnitOfWork, *logins: ColumnElement[bool]) -> None:
    """Forget from where the logins that the conditions name signed in."""
    ids = select(Login.id).where(*logins)
    work.session.execute(delete(KnownAddress).where(KnownAddress.login_id.in_(ids)))


def subject_of(*parts: str) -> bytes:
    """What is kept of whom failures are counted for."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()


def _find(
    work: UnitOfWork, username: str, service: str, address: str
) -> tuple[UUID | None, str, datetime | None]:
    """A login, its hash, and when it was last seen at the address; or nobody."""
    is_known = and_(
        KnownAddress.login_id == Login.id,
        KnownAddress.address == address,
        KnownAddress.seen_at > work.now - KNOWN_FOR,
    )
    columns = select(Login.id, Login.password_hash, KnownAddress.seen_at)
    row = called(work, columns.outerjoin(KnownAddress, is_known), username, service)
    return (None, NOBODYS_HASH, None) if row is None else tuple(row[:3])


def _shared(username: str, address: str, limits: SignInLimits) -> dict[bytes, Backoff]:
    """What a try from an unknown address counts for beside the two together."""
    by_name = {subject_of("name", username): limits.by_name}
    if not address:
        return by_name
    return by_name | {subject_of("address", address): limits.by_address}


def _of_address(
    purpose: str, address: str, limits: SignInLimits
) -> dict[bytes, Backoff]:
    """What an address is counted by for a purpose; nothing where it is unknown."""
    known = subscriber_address(address)
    return {subject_of(purpose, "", known): limits.by_address} if known else {}


def _count(
    work: UnitOfWork, subjects: Mapping[bytes, Backoff], username: str, grace: int = 0
) -> int:
    """Count a failure of every subject; the seconds that were left to wait.

    TooManyTries while one has to wait, unless it has had at most `grace` failures.
    """
    now = work.now.timestamp()
    rows = _rows(work, subjects, subject_of("name", username))
    waits = [subjects[row.subject].wait_seconds(row.failures(), now) for row in rows]
    wait_seconds = max(waits)
    if wait_seconds and max(row.count for row in rows) >= grace:
        raise TooManyTries(wait_seconds)
    for row in rows:
        row.keep(subjects[row.subject].after_failure(row.failures(), now))
    return wait_seconds


def _rows(
    work: UnitOfWork, subjects: Mapping[bytes, Backoff], name: bytes
) -> list[SignInFailures]:
    """The subjects' rows, made where missing, and locked: always in the same order."""
    values = [
        {
            "subject": subject,
            "name": name if subject in (name, next(iter(subjects))) else None,
            "count": 0,
            "since": work.now,
            "paused_until": work.now,
        }
        for subject in sorted(subjects)
    ]
    made = insert(SignInFailures).values(values)
    locked = made.on_conflict_do_update(
        index_elements=[SignInFailures.subject], set_={"name": made.excluded.name}
    )
    return list(work.session.scalars(locked.returning(SignInFailures)))


def _remember(work: UnitOfWork, login_id: UUID, address: str) -> None:
    """Know the address from now on, and at most the last twenty."""
    seen = insert(KnownAddress).values(
        login_id=login_id, address=address, seen_at=work.now
    )
    work.session.execute(
        seen.on_conflict_do_update(
            index_elements=[KnownAddress.login_id, KnownAddress.address],
            set_={"seen_at": work.now},
        )
    )
    theirs = KnownAddress.login_id == login_id
    newest = select(KnownAddress.address).where(theirs)
    newest = newest.order_by(KnownAddress.seen_at.desc()).limit(MOST_KNOWN)
    gone = delete(KnownAddress).where(theirs, KnownAddress.address.not_in(newest))
    work.session.execute(gone)
