"""What each service is told when it runs from the checkout."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lineup_local import assets, ports
from lineup_local.keys import keys_of
from lineup_local.port_choice import as_running
from lineup_local.servers import Servers
from lineup_local.settings import Settings, read

WITH_DATABASE = ("accounts", "billing", "playlists", "notifications")
PROBED = (*WITH_DATABASE, "gateway", "playlists-worker")
"""In this order from the first probe port on."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One Lineup on this machine: the servers it stands on, its folder, its ports."""

    settings: Settings
    amqp_uri: str
    secret_keys: str
    database_uris: Mapping[str, str]
    log_format: str = "console"
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def blobs(self) -> Path:
        """The folder playlists renders into and the gateway serves from."""
        return self.settings.home / "blobs"

    @property
    def clock_file(self) -> Path:
        """The file whose seconds are added to every service's clock."""
        return self.settings.home / "clock"

    @property
    def public_url(self) -> str:
        """Where people reach it."""
        return f"http://{ports.LOOPBACK}:{self.settings.gateway_port}"

    def probe_port(self, service: str) -> int:
        """Where a service tells whether it is ready."""
        return self.settings.probe_port + PROBED.index(service)

    def environment_for(self, service: str) -> dict[str, str]:
        """The settings of one service; the same names as in a container."""
        settings = self.settings
        environment = {
            "AMQP_URI": self.amqp_uri,
            "LINEUP_SECRET_KEYS": self.secret_keys,
            "BLOB_URL": self.blobs.as_uri(),
            "ASSETS_FOLDER": str(assets.folder()),
            "ALLOW_PRIVATE_SOURCES": "true",
            "PUBLIC_URL": self.public_url,
            "GATEWAY_ADDRESS": f"{ports.LOOPBACK}:{settings.gateway_port}",
            "WEBHOOK_ADDRESS": f"{ports.LOOPBACK}:{settings.webhook_port}",
            "WEBHOOK_URL": f"http://{ports.LOOPBACK}:{settings.webhook_port}",
            "SMTP_URL": f"smtp://{ports.LOOPBACK}:{settings.mail_port}",
            "MAIL_SENDER": "Lineup <lineup@example.com>",
            "CLOCK_OFFSET_FILE": str(self.clock_file),
            "LOG_FORMAT": self.log_format,
            "PROBE_PORT": str(self.probe_port(service) if service in PROBED else 0),
        }
        owner = service.removesuffix("-worker")
        if owner in self.database_uris:
            environment["DATABASE_URI"] = self.database_uris[owner]
        return environment | dict(self.more)


def installation(settings: Settings) -> Installation:
    """The installation that `lineup up` runs in the settings' home."""
    servers = Servers(settings)
    return Installation(
        settings=settings,
        amqp_uri=servers.rabbitmq.uri,
        secret_keys=keys_of(settings.home).sealing,
        database_uris={
            name: f"{servers.postgres.uri}/{name}" for name in WITH_DATABASE
        },
    )


def environment_for(service: str) -> dict[str, str]:
    """The settings of a service of this checkout's installation."""
    return installation(as_running(read())).environment_for(service)
