"""Service: what `service.py` of each service inherits, beside its doors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from lineup.bus.ground import Given
from lineup.bus.probes import Probes
from lineup.bus.relay import Relay
from lineup.bus.watch import Look, Watch
from lineup.clock import Clock
from lineup.secrets import Keyring
from lineup.settings import ServiceSettings

if TYPE_CHECKING:
    from lineup.database import Database
    from lineup.database.arrivals import Copies


class Doors:
    """What the doors of a room may use; a class of doors inherits it to be typed."""

    database: "Database"
    clock: Clock
    settings: Any
    keyring: Keyring


class Service(Doors):
    """A service on the bus: `name`, `settings_type`, and doors by inheritance."""

    name: ClassVar[str]
    settings_type: ClassVar[type[ServiceSettings]] = ServiceSettings
    looks: ClassVar[Sequence[Look]] = ()
    """What this service looks up for its metrics beside what all do."""
    copies: ClassVar["Copies"] = {}
    """Where it keeps copies of what others own, by the event that brings them."""

    database = Given()
    clock = Given()
    settings = Given()
    keyring = Given()
    relay = Relay()
    watch = Watch()
    probes = Probes()
