"""A service's timers by hand: in a process of their own, without the bus."""

import inspect
from collections.abc import Mapping
from typing import Any

from lineup import logs
from lineup.bus.endpoints import EndpointKind, endpoints_of
from lineup.bus.service import Service
from lineup.clock import clock_for
from lineup.database import Database, connect
from lineup.secrets import Keyring
from lineup.settings import read


def timers(service: type[Service]) -> dict[str, str]:
    """What each timer of a service does, in its own words."""
    names = [
        endpoint.name
        for endpoint in endpoints_of(service)
        if endpoint.kind is EndpointKind.TIMER
    ]
    return {
        name: (inspect.getdoc(getattr(service, name)) or "").partition("\n")[0]
        for name in names
    }


def run(service: type[Service], name: str, environment: Mapping[str, str]) -> None:
    """Do what a timer does, once; what it announces the running service carries."""
    settings = read(service.settings_type, environment)
    logs.configure(settings.log_format, settings.log_level, service.name)
    instance: Any = service()
    clock = clock_for(settings.clock_offset_file)
    instance.settings, instance.clock = settings, clock
    instance.keyring = Keyring.of(settings.lineup_secret_keys)
    instance.database = Database(connect(settings.database_uri), clock)
    try:
        getattr(instance, name)()
    finally:
        instance.database.engine.dispose()
