"""Limits: how fast players may guess and ask, by user name and by address.

Nobody in a home suffers from what another there does: a right password passes where it
worked lately, a playlist link that exists always does, and each user has requests of
its own. All workers of one gateway count together; each gateway counts for itself.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.public.settings import PublicSettings
from gateway.public.shared_table import SharedInstants, SharedTable, SlotHasher
from lineup.throttling import NO_FAILURES, Backoff, Failures

KNOWN_SECONDS = 30 * 86_400.0
KNOWN_AGAIN_AFTER_SECONDS = 60.0
"""A known address is noted anew at most this often: reading costs less."""
MINUTE = 60.0
AHEAD_SECONDS = 15.0
"""Requests of so much time may come at once: players ask much when they start."""
ROUNDING = 1e-6
"""What many small steps may be off."""
MOST_KNOWN = 1 << 19
MOST_FAILURES = 1 << 16
MOST_RATES = 1 << 17

Now = Callable[[], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Guess:
    """What proves who asks: a user name and its password, or a link."""

    username: str | None
    """None for a link."""
    secret: str
    address: str

    @property
    def pair(self) -> str:
        """Whom it is counted for first; each link by itself."""
        if self.username is None:
            return f"link\0{self.address}\0{self.secret}"
        return f"pair\0{self.address}\0{self.username}"


class Guesses:
    """Wrong passwords and unknown links, answered slower and slower."""

    def __init__(
        self,
        slots: SlotHasher,
        known: SharedTable,
        failures: SharedTable,
        backoffs: "GuessBackoffs",
        now: Now,
    ) -> None:
        self._slots = slots
        self._known = known
        self._failures = failures
        self._backoffs = backoffs
        self._now = now

    def is_known(self, guess: Guess) -> bool:
        """Whether the user's password worked at this address lately."""
        if guess.username is None:
            return False
        seen = self._known.read(guess.pair)
        return seen is not None and seen[0] > self._now() - KNOWN_SECONDS

    def wait_seconds(self, guess: Guess, *, is_known: bool) -> int:
        """How long such a guess must wait; 0: it may be looked at."""
        now = self._now()
        waits = [
            backoff.wait_seconds(self._read(subject)[0], now)
            for subject, backoff in self._subjects(guess, is_known=is_known)
        ]
        return max(waits)

    def wrong(self, guess: Guess, *, is_known: bool) -> None:
        """Count a wrong guess; the same again counts for the two together alone."""
        now = self._now()
        fingerprint = self._slots.fingerprint(guess.secret)
        is_same = self._read(guess.pair)[1] == fingerprint
        for subject, backoff in self._subjects(guess, is_known=is_known):
            if subject == guess.pair or not is_same:
                after = backoff.after_failure(self._read(subject)[0], now)
                self._write(subject, after, fingerprint)

    def right(self, guess: Guess) -> None:
        """Know the address as the user's; its failures there are forgotten."""
        now = self._now()
        seen = self._known.read(guess.pair)
        if seen is None or seen[0] < now - KNOWN_AGAIN_AFTER_SECONDS:
            self._known.write(guess.pair, now)
        if self._failures.read(guess.pair) is not None:
            self._write(guess.pair, NO_FAILURES, -1.0)

    def _subjects(self, guess: Guess, *, is_known: bool) -> list[tuple[str, Backoff]]:
        """Whom a guess counts for: from a known address, for nobody else."""
        subjects = [(guess.pair, self._backoffs.by_pair)]
        if guess.username is not None and not is_known:
            subjects.append((f"name\0{guess.username}", self._backoffs.by_name))
        if guess.address and not is_known:
            subjects.append((f"address\0{guess.address}", self._backoffs.by_address))
        return subjects

    def _read(self, subject: str) -> tuple[Failures, float]:
        kept = self._failures.read(subject)
        if kept is None:
            return NO_FAILURES, -1.0
        paused_until, since, count, fingerprint = kept
        return Failures(int(count), since, paused_until), fingerprint

    def _write(self, subject: str, failures: Failures, fingerprint: float) -> None:
        numbers = (failures.paused_until, failures.since, failures.count, fingerprint)
        self._failures.write(subject, *numbers)


@dataclass(frozen=True, kw_only=True)
class GuessBackoffs:
    """How wrong guesses of each kind of subject are answered."""

    by_pair: Backoff
    by_name: Backoff
    by_address: Backoff

    @classmethod
    def of(
        cls, tries: int, tries_per_name: int, tries_per_address: int, longest: int
    ) -> "GuessBackoffs":
        """Many share an address and some a name, so these have tries again sooner."""
        longest = max(1, longest)

        def backoff(tries: int, forget_seconds: float) -> Backoff:
            return Backoff(
                tries=tries, longest_seconds=longest, forget_seconds=forget_seconds
            )

        return cls(
            by_pair=backoff(tries, longest),
            by_name=backoff(tries_per_name, longest / 5),
            by_address=backoff(tries_per_address, longest / 50),
        )


class Rates:
    """Requests of a user and of an address: a quarter of a minute's at once, then
    evenly.

    Each uses up its part of a minute; nobody is ahead of time by more than a quarter.
    """

    def __init__(
        self, instants: SharedInstants, per_user: int, per_address: int, now: Now
    ) -> None:
        self._instants = instants
        self._user_seconds = MINUTE / per_user if per_user > 0 else 0.0
        self._address_seconds = MINUTE / per_address if per_address > 0 else 0.0
        self._now = now

    def take(self, user: str, address: str) -> int:
        """Count a request, and 0; or for how many seconds it must wait."""
        instants, now = self._instants, self._now()
        whose, where = instants.slot_of(user), instants.slot_of(address)
        user_until = max(instants.read(whose), now) + self._user_seconds
        address_until = now
        if address:
            address_until = max(instants.read(where), now) + self._address_seconds
        ahead = max(user_until, address_until) - now - AHEAD_SECONDS
        if ahead > ROUNDING:
            return math.ceil(ahead - ROUNDING)
        instants.write(whose, user_until)
        instants.write(where, address_until)
        return 0

    def give_back(self, user: str, address: str) -> None:
        """Count a request no longer: somebody else answers it."""
        instants = self._instants
        whose, where = instants.slot_of(user), instants.slot_of(address)
        instants.write(whose, instants.read(whose) - self._user_seconds)
        instants.write(where, instants.read(where) - self._address_seconds)


@dataclass(frozen=True, kw_only=True)
class PlayerLimits:
    """All limits of the public addresses."""

    guesses: Guesses
    rates: Rates

    @classmethod
    def of(
        cls,
        backoffs: GuessBackoffs,
        per_user: int,
        per_address: int,
        *,
        secret: str = "",
        folder: Path | None = None,
        now: Now = time.monotonic,
    ) -> "PlayerLimits":
        """Limits counted in a folder that workers share, or in this process alone."""
        slots = SlotHasher(secret)

        def table(name: str, fields: str, entries: int) -> SharedTable:
            return SharedTable(slots, folder and folder / name, fields, entries)

        known = table("known-addresses", "d", MOST_KNOWN)
        failures = table("wrong-guesses", "dddd", MOST_FAILURES)
        rates = SharedInstants(slots, folder and folder / "rates", MOST_RATES)
        return cls(
            guesses=Guesses(slots, known, failures, backoffs, now),
            rates=Rates(rates, per_user, per_address, now),
        )


def limits_of(settings: PublicSettings) -> PlayerLimits:
    """How fast players may guess and ask, counted by all workers of this gateway."""
    folder = settings.prometheus_multiproc_dir
    return PlayerLimits.of(
        GuessBackoffs.of(
            settings.player_tries,
            settings.player_tries_per_name,
            settings.player_tries_per_address,
            settings.player_longest_pause_seconds,
        ),
        settings.player_requests_a_minute,
        settings.player_requests_a_minute_per_address,
        secret=settings.lineup_secret_keys,
        folder=Path(folder) if folder else None,
    )


def usual_limits() -> PlayerLimits:
    """The limits that hold where nothing else is set, in this process alone."""
    return limits_of(PublicSettings(blob_url="", lineup_secret_keys=""))
