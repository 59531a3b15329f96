"""What can be set about the local run; only this module reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from lineup_local.errors import LocalError

CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where the local run lives and which ports it takes.

    Each field is set by LINEUP_ and its name in capitals, so `postgres_port` by
    LINEUP_POSTGRES_PORT. Ports are off the beaten track, so that servers that
    already run on the machine are not in the way, and below 32768, from where on the
    kernel gives them to clients.
    """

    home: Path = CHECKOUT / ".lineup"
    postgres_port: int = 14329
    rabbitmq_port: int = 16729
    rabbitmq_management_port: int = 16730
    rabbitmq_node_port: int = 16731
    rabbitmq_epmd_port: int = 16732
    mail_port: int = 10250
    mail_http_port: int = 10251
    gateway_port: int = 8080
    webhook_port: int = 8081
    stream_port: int = 8082
    stream_origin_port: int = 8083
    """What a streaming server in front of the demo's streams plays from."""
    probe_port: int = 16740
    start_seconds: int = 120
    demo_customers: int = 150

    @staticmethod
    def name_of(field: str) -> str:
        """The environment name that sets a field."""
        return f"LINEUP_{field.upper()}"


MAY_BE_NONE = {"demo_customers"}


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this environment; a port that is no number is refused."""
    values: dict[str, int | Path] = {}
    for field in fields(Settings):
        name = Settings.name_of(field.name)
        if text := environment.get(name):
            values[field.name] = (
                Path(text).resolve()
                if field.name == "home"
                else _whole_number(name, text, 0 if field.name in MAY_BE_NONE else 1)
            )
    return Settings(**values)  # type: ignore[arg-type]


def _whole_number(name: str, text: str, least: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) < 65536:
        words = f"a whole number from {least} to 65535"
        raise LocalError(f"{name} must be {words}, not {text!r}.")
    return int(text)
