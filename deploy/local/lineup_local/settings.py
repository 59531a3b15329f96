"""What can be set about the local run; only this module reads the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Self

from lineup_local.errors import LocalError

CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, kw_only=True)
class Movable:
    """Knows which ports nobody set."""

    may_move: frozenset[str] = field(default=frozenset(), compare=False)
    """Where these are taken, others do as well."""


@dataclass(frozen=True, kw_only=True)
class Settings(Movable):
    """Where the local run lives and which ports it takes.

    Each field is set by LINEUP_ and its name in capitals, so `postgres_port` by
    LINEUP_POSTGRES_PORT. Ports are off the beaten track, so that servers that
    already run on the machine are not in the way, and below 32768, from where on the
    kernel gives them to clients. Where another checkout has them, those that nobody
    set move (`ports_here.py`).
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

    @property
    def ports(self) -> dict[str, int]:
        """Every port by its field."""
        return {name: getattr(self, name) for name in PORTS}

    def at(self, ports: Mapping[str, int]) -> Self:
        """The same with other ports, by field."""
        return replace(self, **ports)  # type: ignore[arg-type]

    def environment(self) -> dict[str, str]:
        """What tells another process of the same home and ports."""
        told = {"home": self.home, **self.ports}
        return {self.name_of(name): str(value) for name, value in told.items()}

    @staticmethod
    def name_of(field: str) -> str:
        """The environment name that sets a field."""
        return f"LINEUP_{field.upper()}"


NAMES = tuple(each.name for each in fields(Settings) if each.name != "may_move")
PORTS = tuple(name for name in NAMES if name.endswith("_port"))
MAY_BE_NONE = {"demo_customers"}


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this environment; a port that is no number is refused."""
    values: dict[str, int | Path] = {}
    for each in NAMES:
        name = Settings.name_of(each)
        if text := environment.get(name):
            values[each] = (
                Path(text).resolve()
                if each == "home"
                else _whole_number(name, text, 0 if each in MAY_BE_NONE else 1)
            )
    may_move = frozenset(PORTS) - values.keys()
    return Settings(**values, may_move=may_move)  # type: ignore[arg-type]


def _whole_number(name: str, text: str, least: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) < 65536:
        words = f"a whole number from {least} to 65535"
        raise LocalError(f"{name} must be {words}, not {text!r}.")
    return int(text)
