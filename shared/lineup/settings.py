"""Settings: a typed dataclass read from the environment once, at the start."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec

T = TypeVar("T")


class MissingSetting(Exception):  # noqa: N818
    """A setting without a default is not in the environment."""


def read(settings: type[T], environment: Mapping[str, str]) -> T:
    """Build `settings` from names like DATABASE_URI for `database_uri`.

    MissingSetting names everything that is required and absent.
    """
    names = {f.name: f.name.upper() for f in dataclasses.fields(settings)}  # type: ignore[arg-type]
    values = {
        name: environment[upper]
        for name, upper in names.items()
        if upper in environment
    }
    missing = [
        names[f.name]
        for f in dataclasses.fields(settings)  # type: ignore[arg-type]
        if f.name not in values and f.default is dataclasses.MISSING
    ]
    if missing:
        raise MissingSetting(f"Not set: {', '.join(missing)}.")
    return msgspec.convert(values, settings, strict=False)


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What every service on the bus needs to run."""

    amqp_uri: str
    """The broker; `amqp://user:password@one:5672,two:5672/` names several nodes of a
    cluster, of which any will do."""
    database_uri: str
    lineup_secret_keys: str
    public_url: str = "http://127.0.0.1:8080"
    probe_address: str = "127.0.0.1"
    """Where probes and metrics listen; 0.0.0.0 where others than this machine ask."""
    probe_port: int = 0
    clock_offset_file: str = ""
    log_format: str = "json"
    log_level: str = "INFO"
    max_workers: int = 10
    call_queues: Literal["", "transient", "quorum"] = ""
    """Which kind of queue calls wait in; empty: the one that this RabbitMQ takes."""
    event_retry_seconds: str = "1,5,30,120,600"
    """After which pauses an event is tried again before it is put aside."""
    otel_exporter_otlp_endpoint: str = ""
    """Where spans are sent (OTLP over HTTP), such as http://collector:4318; empty: not
    collected."""

    def event_retry_delays(self) -> list[int]:
        """The pauses in milliseconds."""
        pauses = self.event_retry_seconds.split(",")
        return [round(float(pause) * 1000) for pause in pauses]
