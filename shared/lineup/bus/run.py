"""Run one service: `python -m lineup.bus.run accounts` (or `module:Class`).

Ends with 0 after SIGTERM or SIGINT, when all that was taken is settled; with 1 when
it cannot go on, so that whoever watches starts it again.
"""

# ruff: noqa: E402 - eventlet patches before anything else is imported
import warnings

warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

if __name__ == "__main__":
    from lineup import lean  # noqa: F401 - before structlog

import os
import signal
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import psycopg2.extensions
import structlog
from eventlet.event import Event
from nameko import config

from lineup import logs, settings, tracing
from lineup.bus.container import Container
from lineup.bus.service import Service
from lineup.bus.service_context import SETTINGS

log = structlog.get_logger("lineup.bus.run")

STOP_SECONDS = 40.0
"""How long a stop may take before the process ends without its workers."""


def service_named(name: str) -> type[Service]:
    """The service class an installed package offers as `name`, or `module:Class`."""
    offered = list(entry_points(group="lineup.services", name=name))
    if ":" in name:
        offered = [EntryPoint(name, name, "lineup.services")]
    if not offered:
        raise SystemExit(f"No service is called {name!r} here.")
    service: type[Service] = offered[0].load()
    return service


def configure(
    service: type[Service], service_settings: settings.ServiceSettings
) -> None:
    """Tell Nameko what it wants to know."""
    config.setup(
        {
            SETTINGS: service_settings,
            "AMQP_URI": service_settings.amqp_uri,
            "max_workers": service_settings.max_workers,
            "parent_calls_tracked": 1,
            "WEB_SERVER_ADDRESS": getattr(
                service_settings, "webhook_address", "127.0.0.1:8081"
            ),
        }
    )
    logs.configure(
        service_settings.log_format, service_settings.log_level, service.name
    )
    tracing.configure(service_settings.otel_exporter_otlp_endpoint, service.name)


def assert_green() -> None:
    """Refuse to start when a query would hold up the whole process."""
    if psycopg2.extensions.get_wait_callback() is None:
        raise SystemExit("psycopg2 is not green: eventlet must patch first.")


def serve(service: type[Service]) -> int:
    """Run until told to stop, or until it cannot go on; the process's exit code."""
    container = Container(service)
    over = Event()
    stopping = Stopping(container, over)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stopping)
    eventlet.spawn(_live, container, over)
    code: int = over.wait()
    return code


class Stopping:
    """The signal handler: drains once, gives up after a while."""

    def __init__(self, container: Any, over: Event) -> None:
        self._container = container
        self._over = over
        self._is_stopping = False

    def __call__(self, number: int, _frame: Any) -> None:
        """Begin to stop; a second signal changes nothing.

        Nothing is logged here: the line that the signal interrupts may be half written,
        and a stream takes no other meanwhile.
        """
        if not self._is_stopping:
            self._is_stopping = True
            eventlet.spawn(self._drain, number)

    def _drain(self, number: int) -> None:
        log.info("stopping", signal=signal.Signals(number).name)
        try:
            with eventlet.Timeout(STOP_SECONDS):
                self._container.stop()
        except eventlet.Timeout:
            log.exception("stop_took_too_long", seconds=STOP_SECONDS)
            _send(self._over, 1)
        else:
            log.info("stopped")
            _send(self._over, 0)


def _live(container: Any, over: Event) -> None:
    try:
        container.start()
        log.info("started")
        container.wait()
        _send(over, 0)
    except Exception:
        log.exception("cannot_go_on")
        _send(over, 1)


def _send(over: Event, code: int) -> None:
    if not over.ready():
        over.send(code)


def main() -> None:
    """Read the settings, run the service named in the arguments, exit."""
    assert_green()
    service = service_named(sys.argv[1])
    try:
        service_settings = settings.read(service.settings_type, os.environ)
    except settings.MissingSetting as missing:
        raise SystemExit(str(missing)) from None
    configure(service, service_settings)
    code = serve(service)
    tracing.flush()
    sys.exit(code)


if __name__ == "__main__":
    main()
