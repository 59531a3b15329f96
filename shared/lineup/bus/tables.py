"""A service's database as a condition of its being ready."""

from functools import cached_property

from nameko.extensions import DependencyProvider

from lineup.bus.service_context import ServiceContext
from lineup.database.readiness import DatabaseReadiness


class Tables(DependencyProvider):
    """Looks after the checks `database` and `schema`, if anybody can ask for them."""

    service_context = ServiceContext()

    @cached_property
    def readiness(self) -> DatabaseReadiness:
        """What is known of the database."""
        package = self.container.service_cls.__module__.partition(".")[0]
        uri = self.service_context.settings.database_uri
        return DatabaseReadiness(uri, package)

    def setup(self) -> None:
        """Not ready before the first look."""
        self.service_context.checks.update(self.readiness.checks)

    def start(self) -> None:
        """Begin to look."""
        if self.service_context.settings.probe_port:
            self.readiness.start()

    def stop(self) -> None:
        """Look no more."""
        self.readiness.close()
