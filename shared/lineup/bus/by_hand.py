"""A service's timers by hand: in a process of their own, without the bus."""

import inspect
from collections.abc import Mapping
from typing import Any

from lineup import logs
from lineup.bus.door import Kind, doors
from lineup.bus.service import Service
from lineup.clock import clock_for
from lineup.database import Database, connect
from lineup.secrets import Keyring
from lineup.settings import read


def timers(service: type[Service]) -> dict[str, str]:
    """What each timer of a service does, in its own words."""
    names = [door.name for door in doors(service) if door.kind is Kind.TIMER]
    return {
        name: (inspect.getdoc(getattr(service, name)) or "").partition("\n")[0]
        for name in names
    }


def run(service: type[Service], name: str, environment: Mapping[str, str]) -> None:
    """Do what a timer does, once; what it announces the running service carries."""
    given = read(service.settings_type, environment)
    logs.configure(given.log_format, given.log_level, service.name)
    doors_of: Any = service()
    clock = clock_for(given.clock_offset_file)
    doors_of.settings, doors_of.clock = given, clock
    doors_of.keyring = Keyring.of(given.lineup_secret_keys)
    doors_of.database = Database(connect(given.database_uri), clock)
    try:
        getattr(doors_of, name)()
    finally:
        doors_of.database.engine.dispose()
