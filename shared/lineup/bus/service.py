"""Service: what `service.py` of each service inherits, beside its events and timers."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from lineup.bus.decorators import answering, every
from lineup.bus.probes import Probes
from lineup.bus.relay import Relay
from lineup.bus.sampling import MetricSource, MetricsSampler
from lineup.bus.service_context import Dependency
from lineup.bus.tables import Tables
from lineup.clock import Clock
from lineup.context import Call
from lineup.database import answers, current_of
from lineup.database import personal as personal_data
from lineup.database.audit import reading
from lineup.database.personal import PersonalTables
from lineup.secrets import Keyring
from lineup.settings import ServiceSettings
from lineup.verbs import HANDLERS, Handler, Kind, needs_of, positional_of, verbs_of

if TYPE_CHECKING:
    from lineup.database import Database
    from lineup.database.replication import Copies


SHARED = (reading, personal_data)
"""What every service answers in the same way."""
FORGET_SECONDS = 600
GIVEN = 2
"""What every handler is given by position: its work, or the database, and what is
asked."""


class NotRecorded(Exception):  # noqa: N818 - reads as a sentence
    """A function that runs itself changed something and left the audit log out."""


class Entrypoints:
    """What a room's event handlers and timers may use."""

    database: "Database"
    clock: Clock
    settings: Any
    keyring: Keyring
    personal: ClassVar[PersonalTables]
    """Which of its tables say something of customers."""
    provides: ClassVar[Mapping[Any, Callable[[Any], Any]]] = {}
    """What functions may need beside a Keyring and the settings, and how it is made of
    the service."""

    def provide(self, wanted: Any) -> Any:
        """What functions of this service need: something of this type."""
        if wanted is Keyring:
            return self.keyring
        if wanted is PersonalTables:
            return self.personal
        make = self.provides.get(wanted)
        return make(self) if make else self.settings


class Service(Entrypoints):
    """A service on the bus: `name`, `settings_type`, and what it handles."""

    name: ClassVar[str]
    settings_type: ClassVar[type[ServiceSettings]] = ServiceSettings
    operations: ClassVar[Sequence[ModuleType]] = ()
    """The modules whose functions answer the service's verbs."""
    metric_sources: ClassVar[Sequence[MetricSource]] = ()
    """What this service looks up for its metrics beside what all do."""
    copies: ClassVar["Copies"] = {}
    """Where it keeps copies of what others own, by the event that brings them."""

    database = Dependency()
    clock = Dependency()
    settings = Dependency()
    keyring = Dependency()
    relay = Relay()
    metrics_sampler = MetricsSampler()
    tables = Tables()
    probes = Probes()

    def __init_subclass__(cls) -> None:
        """Hang a handler on the bus for every verb; TypeError names what is missing."""
        super().__init_subclass__()
        for verb in verbs_of(cls.name) if hasattr(cls, "name") else ():
            handler = HANDLERS.get(verb.request)
            if handler is None or not cls._lists(handler):
                raise TypeError(f"{cls.__name__}.operations answers no {verb.name}.")
            cls._check_needs(handler)
            setattr(cls, verb.name, answering(verb, _method_of(handler)))

    @every(seconds=FORGET_SECONDS)
    def forget_old_answers(self) -> None:
        """Delete answers to calls that nobody repeats any more, some at a time."""
        answers.forget_old_answers(self.database)

    @classmethod
    def _lists(cls, handler: Handler) -> bool:
        answering = {one.__name__ for one in (*cls.operations, *SHARED)}
        return handler.function.__module__ in answering

    @classmethod
    def _check_needs(cls, handler: Handler) -> None:
        if positional_of(handler.function) != GIVEN:
            raise TypeError(
                f"{handler.function.__qualname__} wants other than {GIVEN} positional"
                " arguments: what it needs besides them stands behind a star."
            )
        provided = {Keyring, PersonalTables, *cls.provides, *cls.settings_type.__mro__}
        current = current_of(handler)
        needs = {**needs_of(handler.function), **(needs_of(current) if current else {})}
        for wanted in needs.values():
            if wanted not in provided:
                raise TypeError(
                    f"{cls.__name__} provides no {wanted}, which"
                    f" {handler.function.__qualname__} needs."
                )


def _method_of(handler: Handler) -> Callable[[Service, Call[Any]], Any]:
    """What answers a call: the handler, in a transaction as its verb wants it."""
    function, current = handler.function, current_of(handler)

    def run_itself(self: Service, call: Call[Any]) -> Any:
        reply = _with_dependencies(self, function)(self.database, call)
        if handler.verb.kind is Kind.WRITE and len(call.recorded) != 1:
            raise NotRecorded(handler.verb.name)
        return reply

    def read(self: Service, call: Call[Any]) -> Any:
        return self.database.read(call, _with_dependencies(self, function))

    def write(self: Service, call: Call[Any]) -> Any:
        shown = current and _with_dependencies(self, current)
        return self.database.run_idempotent(
            call, _with_dependencies(self, function), shown
        )

    if handler.runs_itself:
        return run_itself
    return read if handler.verb.kind is Kind.READ else write


def _with_dependencies(
    service: Service, function: Callable[..., Any]
) -> Callable[..., Any]:
    """The function with all that it needs."""
    needs = needs_of(function)
    if not needs:
        return function
    return partial(function, **{n: service.provide(t) for n, t in needs.items()})
