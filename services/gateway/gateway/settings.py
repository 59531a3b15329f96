"""Settings: the only place of the gateway that reads the environment."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from lineup.settings import read as read_settings

SESSION_PURPOSE = b"lineup.gateway.session"


@dataclass(frozen=True, kw_only=True)
class GatewaySettings:
    """What the gateway needs to run."""

    amqp_uri: str
    lineup_secret_keys: str
    blob_url: str
    """The folder of blobs: written by playlists, read here; uploads go there."""
    public_url: str = "http://127.0.0.1:8080"
    """Where people and players reach this installation, without trailing slash."""
    gateway_address: str = "127.0.0.1:8080"
    """Host and port to listen on."""
    trusted_proxies: int = 0
    """How many proxies in front set X-Forwarded-For, -Proto and -Host."""
    upload_limit_mb: int = 600
    """The largest channel list or guide that may be uploaded."""
    assets_folder: str = ""
    """Where set-up put what browsers are served and others wrote; empty: no design."""
    probe_address: str = "127.0.0.1"
    """Where probes and metrics listen; 0.0.0.0 where others than this machine ask."""
    probe_port: int = 0
    log_format: str = "json"
    log_level: str = "INFO"
    otel_exporter_otlp_endpoint: str = ""
    """Where spans are sent (OTLP over HTTP); empty: not collected."""
    clock_offset_file: str = ""

    @property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        return self.public_url.rstrip("/")

    @property
    def is_https(self) -> bool:
        """Whether people arrive over TLS: cookies are then marked Secure."""
        return self.public_url.startswith("https://")

    def session_keys(self) -> list[bytes]:
        """Keys that sign the session cookie, newest first, one per secret key.

        Derived, so that whoever rotates LINEUP_SECRET_KEYS rotates these too.
        """
        keys = [key.strip().encode() for key in self.lineup_secret_keys.split(",")]
        return [
            hmac.new(key, SESSION_PURPOSE, hashlib.sha256).hexdigest().encode()
            for key in keys
        ]


def probe_bind(settings: GatewaySettings) -> str:
    """The address of the probe port as gunicorn reads it; IPv6 in brackets."""
    host = settings.probe_address
    return f"{f'[{host}]' if ':' in host else host}:{settings.probe_port}"


def read(environment: Mapping[str, str] = os.environ) -> GatewaySettings:
    """The settings of this process; MissingSetting names what is absent."""
    return read_settings(GatewaySettings, environment)
