"""A private RabbitMQ, run from the programs of Debian's package.

Its node has a name server (epmd) of its own too, so that it neither meets nor leaves
behind one that the machine's other Erlang programs use.
"""

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from signal import SIGKILL, SIGTERM

from lineup_local import packages, ports
from lineup_local.daemons import Daemon
from lineup_local.keys import keys_of
from lineup_local.place import folder_for, server_user
from lineup_local.ports import Claim
from lineup_local.settings import Settings

PROGRAMS = Path("/usr/lib/rabbitmq")
PROGRAM = PROGRAMS / "bin" / "rabbitmq-server"
PACKAGE = "rabbitmq-server"
USER = "lineup"
NAMES_CLAIM = Claim("rabbitmq_epmd_port", "RabbitMQ's node names")
CLAIMS = (
    Claim("rabbitmq_port", "RabbitMQ"),
    Claim("rabbitmq_management_port", "RabbitMQ's administration"),
    Claim("rabbitmq_node_port", "RabbitMQ's node"),
)
PID_FILE = "rabbitmq.pid"


@dataclass(frozen=True)
class RabbitMQ:
    """One broker under the home, on its own ports, with a password of its own."""

    settings: Settings

    @cached_property
    def user(self) -> str | None:
        """The system's user it runs as."""
        return server_user("rabbitmq")

    @cached_property
    def folder(self) -> Path:
        """Its data, logs and record; one folder a major version."""
        name = f"rabbitmq-{major_version()}"
        return folder_for(self.settings.home, name, self.user)

    @property
    def uri(self) -> str:
        """How a client reaches its default virtual host."""
        return f"amqp://{self._who}:{self.settings.rabbitmq_port}"

    @property
    def management_uri(self) -> str:
        """How its administration answers over HTTP."""
        return f"http://{self._who}:{self.settings.rabbitmq_management_port}"

    @property
    def _who(self) -> str:
        return f"{USER}:{keys_of(self.settings.home).rabbitmq}@{ports.LOOPBACK}"

    @property
    def daemon(self) -> Daemon:
        """The broker's process."""
        return Daemon(
            name="rabbitmq",
            command=(str(PROGRAM), "-noinput"),
            folder=self.folder,
            user=self.user,
            environment=self._environment,
            ports={each.field: self.settings.ports[each.field] for each in CLAIMS},
        )

    @property
    def names(self) -> Daemon:
        """The process that knows on which port the node listens."""
        port = str(self.settings.rabbitmq_epmd_port)
        return Daemon(
            name="epmd",
            command=(
                *(shutil.which("epmd") or "epmd", "-port", port),
                *("-address", ports.LOOPBACK),
            ),
            folder=self.folder,
            user=self.user,
            environment={"PATH": "/usr/bin:/bin"},
            ports={NAMES_CLAIM.field: self.settings.rabbitmq_epmd_port},
        )

    @property
    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(folder),
            # Without it a shell stays in front of the node and outlives its record.
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_NODENAME": "lineup@localhost",
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / PID_FILE),
            "RABBITMQ_DIST_PORT": str(self.settings.rabbitmq_node_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1}"
            ),
            "ERL_EPMD_PORT": str(self.settings.rabbitmq_epmd_port),
            "ERL_EPMD_ADDRESS": ports.LOOPBACK,
        }

    def start(self) -> None:
        """Begin to start; `wait` says when it answers. Nothing when it runs."""
        if not PROGRAM.exists():
            packages.install(PACKAGE)
        self.adopt()
        if self.names.process() is None:
            ports.check(self.settings, NAMES_CLAIM)
            self.names.start()
        if self.daemon.process() is None:
            for claim in CLAIMS:
                ports.check(self.settings, claim)
            self._configure()
            self.daemon.start()

    def adopt(self) -> None:
        """Take over a broker whose record was lost: no other may have its data."""
        if PROGRAM.exists() and self.daemon.process() is None:
            self.daemon.adopt(self.folder / PID_FILE, self.folder)

    def _configure(self) -> None:
        keys = keys_of(self.settings.home)
        lines = (
            f"listeners.tcp.local = {ports.LOOPBACK}:{self.settings.rabbitmq_port}",
            f"management.tcp.ip = {ports.LOOPBACK}",
            f"management.tcp.port = {self.settings.rabbitmq_management_port}",
            f"default_user = {USER}",
            f"default_pass = {keys.rabbitmq}",
            "vm_memory_high_watermark.absolute = 1GB",
            "disk_free_limit.absolute = 200MB",
            "log.console = false",
            "log.file.level = warning",
        )
        self._write("rabbitmq.conf", "\n".join(lines) + "\n")
        self._write("enabled_plugins", "[rabbitmq_management].\n")

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        if self.user:
            shutil.chown(path, self.user, self.user)

    def wait(self) -> None:
        """Wait until it answers."""
        self.daemon.wait_until(self.answers, seconds=self.settings.start_seconds)

    def answers(self) -> bool:
        """Whether the broker takes connections and its administration answers."""
        import requests

        if ports.is_free(self.settings.rabbitmq_port):
            return False
        try:
            answer = requests.get(
                f"{self.management_uri}/api/health/checks/local-alarms", timeout=5
            )
        except (requests.ConnectionError, requests.Timeout):
            return False
        return answer.ok

    def stop(self) -> None:
        """End the broker, then its name server."""
        self.daemon.stop(SIGTERM)
        self.names.stop(SIGTERM)

    def kill(self) -> None:
        """End the broker as a crash would, for tests of what survives that."""
        self.daemon.stop(SIGKILL)


def major_version() -> str:
    """Such as 4: it does not read what 3.10 kept. Empty before it is installed."""
    found = [each.name for each in PROGRAMS.glob("lib/rabbitmq_server-*")]
    return max((name.partition("-")[2].split(".")[0] for name in found), default="")
