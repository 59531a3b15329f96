"""All of Lineup on this machine, under one supervisor, with one merged log."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import click
import psutil

from lineup_local import assets, edge, packages, ports, schemas
from lineup_local.containers.private import PrivateEngine
from lineup_local.daemons import Daemon, end_all, is_alive
from lineup_local.demo.here import edge_of
from lineup_local.demo.installation import FILLING
from lineup_local.environment import (
    PROBED,
    WITH_DATABASE,
    Installation,
    installation,
)
from lineup_local.errors import LocalError
from lineup_local.place import public_top
from lineup_local.port_choice import chosen
from lineup_local.ports import Claim
from lineup_local.processes import STOP_SECONDS, ProcessGroup, Program
from lineup_local.ready import EDGE, log_of
from lineup_local.servers import Servers, interrupted_by
from lineup_local.settings import Settings

SERVICES = (*WITH_DATABASE, "playlists-worker", "gateway")
MARK = "LINEUP_STARTED_BY"
INSTALLED = ("tools", "python", "assets", "bytecode")
"""What `./lineup` installs in the home: no data, so it is kept."""
CLAIMS = (
    Claim("gateway_port", "the gateway"),
    Claim("webhook_port", "webshop deliveries"),
    Claim("stream_port", "the demo's streams"),
    Claim("stream_origin_port", "what the demo's streaming server plays from"),
    Claim("mail_port", "the mail catcher"),
    Claim("mail_http_port", "the mail catcher's pages"),
    Claim("probe_port", "what services tell of themselves", len(PROBED)),
)


@dataclass(frozen=True)
class Supervisor:
    """Who runs Lineup in one home: one at a time."""

    settings: Settings

    @property
    def record(self) -> Daemon:
        """Remembers which process is the supervisor, and all ports."""
        return Daemon(
            name="supervisor",
            command=(),
            folder=self.settings.home,
            ports={claim.field: self.settings.ports[claim.field] for claim in CLAIMS},
        )

    def up(self) -> int:
        """Run everything until a signal, or a part that does not come up; the code."""
        with (
            self._supervising() as settings,
            interrupted_by(signal.SIGTERM),
            Servers(settings).begun() as servers,
        ):
            return Start(servers).run()

    def down(self) -> str:
        """End what runs here and nothing else; what happened, in words."""
        running = self.record.process()
        if running is not None:
            end_all([running], signal.SIGTERM, seconds=2 * STOP_SECONDS)
        end_all(self._leftovers(), signal.SIGTERM)
        PrivateEngine(self.settings).stop_unused()
        if not Servers(self.settings).stop_unused():
            return "Lineup is stopped. Running tests still use the servers."
        return "Lineup is stopped." if running else "Lineup was not running."

    def forget(self) -> str:
        """End everything and delete all data; refused while tests use the servers."""
        said = self.down()
        if not Servers(self.settings).stop_unused():
            raise LocalError(
                "Running tests still use the servers; nothing was deleted."
            )
        for found in self.settings.home.iterdir():
            if found.name not in INSTALLED:
                shutil.rmtree(found) if found.is_dir() else found.unlink()
        shutil.rmtree(public_top(self.settings.home))
        return f"{said} Its data is deleted."

    @contextmanager
    def _supervising(self) -> Iterator[Settings]:
        """Be the supervisor while the body runs; the settings with ports that are free.

        What it leaves behind is ended. LocalError when another is there.
        """
        with self._alone():
            self._clear()
            with chosen(self.settings, CLAIMS) as settings:
                Supervisor(settings).record.remember(os.getpid())
                try:
                    yield settings
                finally:
                    end_all(self._leftovers(), signal.SIGTERM)
                    self.record.record.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.settings.home.mkdir(parents=True, exist_ok=True)
        home = self.settings.home.stat()
        hold = ports.hold(f"home-{home.st_dev}-{home.st_ino}")
        running = self.record.process()
        if hold is None or running is not None:
            who = f"process {running.pid}" if running else "it is just starting"
            raise LocalError(f"Lineup is up already ({who}); ./lineup down ends that.")
        with hold:
            yield

    def _clear(self) -> None:
        """End and delete what an interrupted start left."""
        end_all(self._leftovers(), signal.SIGTERM)
        if (self.settings.home / FILLING).exists():
            # Half a demo is none.
            self.forget()

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


@dataclass(frozen=True)
class Start:
    """What `up` starts on its servers: databases, services, what the demo needs."""

    servers: Servers

    @property
    def settings(self) -> Settings:
        """With the ports at which all is found."""
        return self.servers.settings

    @cached_property
    def place(self) -> Installation:
        """What the parts are told."""
        return installation(self.settings)

    def run(self) -> int:
        """Run until a signal, or a part that does not come up; the exit code.

        Services are begun as soon as their tables are there; the broker takes longer.
        """
        self._prepare()
        with ProcessGroup(self._programs()) as programs:
            self.servers.wait()
            return programs.run()

    def _prepare(self) -> None:
        self.place.blobs.mkdir(exist_ok=True)
        (self.settings.home / "logs").mkdir(exist_ok=True)
        assets.install()
        _install_what_draws_pdf()
        postgres = self.servers.postgres
        postgres.wait()
        schemas.bring_up(f"{postgres.uri}/postgres", self.place.database_uris)

    def _programs(self) -> list[Program]:
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
        return [*parts, last]

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
            **self.settings.environment(),
            **self.place.environment_for(name),
            "PYTHONUNBUFFERED": "1",
            MARK: str(self.settings.home),
        }


def _install_what_draws_pdf() -> None:
    """Install it where it is missing; where that cannot be, all but PDF files works."""
    needed = packages.DRAWS_PDF.items()
    missing = [package for part, package in needed if not packages.is_there(part)]
    if not missing:
        return
    try:
        packages.install(*missing)
    except LocalError as trouble:
        click.secho(f"Invoices cannot be had as PDF: {trouble.message}", fg="yellow")
