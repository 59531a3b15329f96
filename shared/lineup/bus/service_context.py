"""What every endpoint works with: settings, database, clock, keyring; one a process."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nameko import config
from nameko.extensions import DependencyProvider, SharedExtension

from lineup.clock import Clock, clock_for
from lineup.metrics import Samples
from lineup.secrets import Keyring
from lineup.settings import ServiceSettings

if TYPE_CHECKING:
    from lineup.database import Database

SETTINGS = "LINEUP_SETTINGS"
"""Where nameko.config holds the settings."""

BACKGROUND_CONNECTIONS = 4
"""The relay, two lonely timers and a spare."""


class ServiceContext(SharedExtension):
    """Made once per process, lazily, so that a missing database stops nothing."""

    @cached_property
    def settings(self) -> ServiceSettings:
        """What the environment said."""
        settings: ServiceSettings = config[SETTINGS]
        return settings

    @cached_property
    def clock(self) -> Clock:
        """The clock that all endpoints share."""
        return clock_for(self.settings.clock_offset_file)

    @cached_property
    def keyring(self) -> Keyring:
        """Seals and opens secrets."""
        return Keyring.of(self.settings.lineup_secret_keys)

    @cached_property
    def database(self) -> "Database":
        """The service's database; connects when first used."""
        from lineup.database import Database, connect

        size = self.settings.max_workers + BACKGROUND_CONNECTIONS
        return Database(connect(self.settings.database_uri, pool_size=size), self.clock)

    @cached_property
    def checks(self) -> dict[str, Callable[[], bool]]:
        """What must be well for the service to be ready, by name."""
        return {}

    @cached_property
    def samples(self) -> Samples:
        """What is looked up for whoever watches."""
        return Samples(self.container.service_name)

    def stop(self) -> None:
        """Let the connections go."""
        if "database" in self.__dict__:
            self.database.engine.dispose()


class Dependency(DependencyProvider):
    """Gives endpoints one thing of the service's context, by its name. Never raises."""

    service_context = ServiceContext()

    def get_dependency(self, _worker_ctx: Any) -> Any:
        """The database, clock, settings or keyring."""
        return getattr(self.service_context, self.attr_name)
