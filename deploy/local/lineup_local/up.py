"""All of Lineup on this machine, under one supervisor, with one merged log."""

import os
import shutil
import signal
import sys
from dataclasses import dataclass
from functools import cached_property

import psutil
import psycopg2
from psycopg2 import sql

from lineup.command import migrations
from lineup_local import assets, edge, ports
from lineup_local.containers.private import PrivateEngine
from lineup_local.daemons import Daemon, end_all, is_alive
from lineup_local.demo.here import edge_of
from lineup_local.demo.installation import FILLING
from lineup_local.environment import WITH_DATABASE, Installation, installation
from lineup_local.errors import LocalError
from lineup_local.place import public_top
from lineup_local.processes import STOP_SECONDS, ProcessGroup, Program
from lineup_local.ready import EDGE, log_of
from lineup_local.servers import Servers, interrupted_by
from lineup_local.settings import Settings

SERVICES = (*WITH_DATABASE, "playlists-worker", "gateway")
MARK = "LINEUP_STARTED_BY"
INSTALLED = ("tools", "python", "assets")
"""What `./lineup` installs in the home: no data, so it is kept."""
CLAIMED = {
    "gateway_port": "the gateway",
    "webhook_port": "webshop deliveries",
    "stream_port": "the demo's streams",
    "stream_origin_port": "what the demo's streaming server plays from",
    "mail_port": "the mail catcher",
    "mail_http_port": "the mail catcher's pages",
}


@dataclass(frozen=True)
class Supervisor:
    """Everything that `lineup up` starts in one home."""

    settings: Settings

    @cached_property
    def place(self) -> Installation:
        """What the parts are told."""
        return installation(self.settings)

    @cached_property
    def servers(self) -> Servers:
        """What the parts stand on."""
        return Servers(self.settings)

    @property
    def record(self) -> Daemon:
        """Remembers which process is the supervisor."""
        return Daemon(name="supervisor", command=(), folder=self.settings.home)

    def up(self) -> int:
        """Run everything until a signal, or a part that does not come up; the code."""
        self._take_office()
        try:
            with interrupted_by(signal.SIGTERM), self.servers.in_use():
                self._prepare()
                return self._run()
        finally:
            end_all(self._leftovers(), signal.SIGTERM)
            self.record.record.unlink(missing_ok=True)

    def down(self) -> str:
        """End what runs here and nothing else; what happened, in words."""
        running = self.record.process()
        if running is not None:
            end_all([running], signal.SIGTERM, seconds=2 * STOP_SECONDS)
        end_all(self._leftovers(), signal.SIGTERM)
        PrivateEngine(self.settings).stop_unused()
        if not self.servers.stop_unused():
            return "Lineup is stopped. Running tests still use the servers."
        return "Lineup is stopped." if running else "Lineup was not running."

    def forget(self) -> str:
        """End everything and delete all data; refused while tests use the servers."""
        said = self.down()
        if not self.servers.stop_unused():
            raise LocalError(
                "Running tests still use the servers; nothing was deleted."
            )
        for found in self.settings.home.iterdir():
            if found.name not in INSTALLED:
                shutil.rmtree(found) if found.is_dir() else found.unlink()
        shutil.rmtree(public_top(self.settings.home))
        return f"{said} Its data is deleted."

    def _take_office(self) -> None:
        self.settings.home.mkdir(parents=True, exist_ok=True)
        running = self.record.process()
        if running is not None:
            raise LocalError(
                f"Lineup is up already (process {running.pid});"
                " ./lineup down ends that."
            )
        end_all(self._leftovers(), signal.SIGTERM)
        if (self.settings.home / FILLING).exists():
            # The last start was interrupted, and half a demo is none. Somebody else
            # forgets it: this one must not remember folders that are gone.
            Supervisor(self.settings).forget()
        for field, purpose in CLAIMED.items():
            ports.claim(self.settings, field, purpose)
        self.record.remember(os.getpid())

    def _prepare(self) -> None:
        self.place.blobs.mkdir(exist_ok=True)
        (self.settings.home / "logs").mkdir(exist_ok=True)
        assets.install()
        self._make_databases()
        for service, uri in self.place.database_uris.items():
            migrations.migrate(service, uri)

    def _make_databases(self) -> None:
        server = psycopg2.connect(f"{self.servers.postgres.uri}/postgres")
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            there = {name for (name,) in cursor.fetchall()}
            for name in set(self.place.database_uris) - there:
                cursor.execute(
                    sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
                )
        server.close()

    def _run(self) -> int:
        python = sys.executable
        kept = {
            **{name: ("-m", "lineup.command", "run", name) for name in SERVICES},
            "mail": ("-m", "lineup_local.mail"),
            **self._streams(),
        }
        parts = [self._kept(name, (python, *words)) for name, words in kept.items()]
        plays = (EDGE,) if EDGE in kept else ()
        ready = (python, "-m", "lineup_local.ready", *plays)
        last = Program(
            name="lineup", command=ready, environment=self._environment("lineup")
        )
        return ProcessGroup([*parts, last]).run()

    def _streams(self) -> dict[str, tuple[str, ...]]:
        """The demo's streaming server: nginx where it is there, and what it plays."""
        port, serve = str(self.settings.stream_port), ("-m", "lineup_local.streams")
        if not edge.is_there():
            return {"streams": (*serve, port, self.place.public_url)}
        server = edge_of(self.place)
        arguments = map(str, (port, server.gateway, server.origin, server.folder))
        return {
            "streams": (*serve, str(server.origin), "-"),
            EDGE: ("-m", "lineup_local.edge", *arguments),
        }

    def _kept(self, name: str, command: tuple[str, ...]) -> Program:
        log = log_of(self.settings.home, name)
        log.unlink(missing_ok=True)
        keep = (sys.executable, "-m", "lineup_local.supervisor")
        return Program(
            name=name,
            command=(*keep, name, str(os.getpid()), str(log), *command),
            environment=self._environment(name),
        )

    def _environment(self, name: str) -> dict[str, str]:
        return {
            **os.environ,
            **self.place.environment_for(name),
            "PYTHONUNBUFFERED": "1",
            MARK: str(self.settings.home),
        }

    def _leftovers(self) -> list[psutil.Process]:
        """Processes that a supervisor of this home started, dead or alive itself."""
        return [
            process
            for process in psutil.process_iter()
            if self._is_ours(process) and is_alive(process)
        ]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(MARK) == str(self.settings.home)
        except (psutil.AccessDenied, psutil.NoSuchProcess):
            return False
