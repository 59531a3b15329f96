"""Both private servers together, and who still needs them.

Whoever uses the servers holds a shared lock on a file for as long; the last one to let
go stops them. The system drops the lock of a process that was killed, so servers it
left behind are simply taken over by the next user, and stopped after it.
"""

import fcntl
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

from lineup_local import postgres, rabbitmq
from lineup_local.errors import LocalError
from lineup_local.port_choice import chosen
from lineup_local.postgres import Postgres
from lineup_local.rabbitmq import RabbitMQ
from lineup_local.settings import Settings, read

LOOK_SECONDS = 0.1
CLAIMS = (postgres.CLAIM, rabbitmq.NAMES_CLAIM, *rabbitmq.CLAIMS)


@dataclass(frozen=True)
class Servers:
    """PostgreSQL and RabbitMQ of one home."""

    settings: Settings
    held: ExitStack = field(default_factory=ExitStack, compare=False)
    """Keeps the ports of what was begun from others, until they answer."""

    @cached_property
    def postgres(self) -> Postgres:
        """The database server."""
        return Postgres(self.settings)

    @cached_property
    def rabbitmq(self) -> RabbitMQ:
        """The broker."""
        return RabbitMQ(self.settings)

    @contextmanager
    def in_use(self) -> Iterator["Servers"]:
        """Run the servers while the body does; the last user stops them."""
        with self.begun() as servers:
            servers.wait()
            yield servers

    @contextmanager
    def begun(self) -> Iterator["Servers"]:
        """As `in_use`, for a body that has other things to do before it waits."""
        with ExitStack() as stack:
            users = stack.enter_context(self._open("users.lock"))
            with self._alone():
                self._lock(users, fcntl.LOCK_SH)
                stack.callback(self._leave, users)
                servers = self.begin()
            stack.enter_context(servers.held)
            yield servers

    def start(self) -> None:
        """Start what does not run and wait until both answer."""
        self.begin().wait()

    def begin(self) -> "Servers":
        """Start what does not run; the servers at the ports where they will answer."""
        self.postgres.adopt()
        self.rabbitmq.adopt()
        with ExitStack() as stack:
            settings = stack.enter_context(chosen(self.settings, CLAIMS))
            servers = Servers(settings)
            servers.postgres.start()
            servers.rabbitmq.start()
            return Servers(settings, held=stack.pop_all())

    def wait(self) -> None:
        """Wait until both answer."""
        with self.held:
            self.postgres.wait()
            self.rabbitmq.wait()

    def stop(self) -> None:
        """Stop both, whoever uses them."""
        self.rabbitmq.stop()
        self.postgres.stop()

    def stop_unused(self) -> bool:
        """Stop both unless somebody uses them; whether they were stopped."""
        with self._open("users.lock") as users, self._alone():
            return self._stop_if_last(users)

    def _leave(self, users: IO[str]) -> None:
        with self._alone():
            self._stop_if_last(users)

    def _stop_if_last(self, users: IO[str]) -> bool:
        try:
            fcntl.lockf(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        self.stop()
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One starts or stops at a time."""
        with self._open("starting.lock") as lock:
            self._lock(lock, fcntl.LOCK_EX)
            yield

    def _lock(self, file: IO[str], kind: int) -> None:
        """Take a lock that a child of this process does not share."""
        end = time.monotonic() + 2 * self.settings.start_seconds
        while True:
            try:
                fcntl.lockf(file, kind | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError):
                if time.monotonic() > end:
                    raise LocalError(
                        f"{file.name} is held by another process."
                    ) from None
                time.sleep(LOOK_SECONDS)
            else:
                return

    def _open(self, name: str) -> IO[str]:
        self.settings.home.mkdir(parents=True, exist_ok=True)
        return Path(self.settings.home / name).open("a+")


def names_for_tests(servers: Servers) -> dict[str, str]:
    """The environment names by which tests find these servers."""
    return {
        "LINEUP_TEST_POSTGRES": f"{servers.postgres.uri}/postgres",
        "LINEUP_TEST_RABBITMQ": servers.rabbitmq.uri,
        "LINEUP_TEST_RABBITMQ_MANAGEMENT": servers.rabbitmq.management_uri,
    }


def hold(settings: Settings) -> None:
    """Run both until told to stop, and print how tests find them."""
    with interrupted_by(signal.SIGTERM), Servers(settings).in_use() as running:
        for name, value in names_for_tests(running).items():
            print(f"export {name}={value}", flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            signal.pause()


@contextmanager
def interrupted_by(number: signal.Signals) -> Iterator[None]:
    """Let a signal end the body as Ctrl-C does, with everything put away."""
    before = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(number, before)


if __name__ == "__main__":
    hold(read())
